// In the machine, an hour of a heater that is switched each minute, on the clock of the machine.
import { formatInstant, systemClock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { createLinuxIo } from '../../../device/board/linux/io.ts'
import { plugHeader, say } from './house.ts'

const heater = plugHeader('pinctrl-bcm2711')(17)

const startedAt = systemClock.uptime()
const began = formatInstant(systemClock.now())
using io = createLinuxIo({ clock: systemClock, tell: () => {} })
let switched = 0
let before = heater.level()
for (let minute = 1; minute <= 60; minute += 1) {
  await systemClock.sleep(minutes(1))
  io.digitalWrite(17, minute % 2)
  const now = heater.level()
  if (now !== before) switched += 1
  before = now
}
const ranMinutes = Math.round((systemClock.uptime() - startedAt) / minutes(1))
say({ began, switched, ranMinutes })
