// In the machine, an hour of a heater that is switched each minute, on the clock of the machine.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { formatInstant, systemClock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { createLinuxIo } from '../../../device/board/linux/io.ts'

const config = '/sys/kernel/config/gpio-sim/pi'
mkdirSync(`${config}/bank0`, { recursive: true })
writeFileSync(`${config}/bank0/num_lines`, '54')
writeFileSync(`${config}/bank0/label`, 'pinctrl-bcm2711')
writeFileSync(`${config}/live`, '1')
const name = (file: string) => readFileSync(`${config}/${file}`, 'utf8').trim()
const wire = `/sys/devices/platform/${name('dev_name')}/${name('bank0/chip_name')}/sim_gpio17/value`

const startedAt = systemClock.uptime()
const began = formatInstant(systemClock.now())
using io = createLinuxIo({ clock: systemClock, tell: () => {} })
let switched = 0
let before = readFileSync(wire, 'utf8')
for (let minute = 1; minute <= 60; minute += 1) {
  await systemClock.sleep(minutes(1))
  io.digitalWrite(17, minute % 2)
  const now = readFileSync(wire, 'utf8')
  if (now !== before) switched += 1
  before = now
}
const ranMinutes = Math.round((systemClock.uptime() - startedAt) / minutes(1))
process.stdout.write(`${JSON.stringify({ began, switched, ranMinutes })}\n`)
