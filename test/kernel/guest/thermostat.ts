// In the machine, a thermostat of twenty lines on johnny-five's own classes: enough of each to see it work on a real kernel.
import Button from 'johnny-five/lib/button.js'
import Led from 'johnny-five/lib/led/index.js'
import Motion from 'johnny-five/lib/motion.js'
import Relay from 'johnny-five/lib/relay.js'
import Switch from 'johnny-five/lib/switch.js'
import Thermometer from 'johnny-five/lib/thermometer.js'
import { systemClock } from '#contract/clock.ts'
import { startBoard } from '../../../device/board/board.ts'
import { createLinuxIo } from '../../../device/board/linux/io.ts'

const print = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)

const io = createLinuxIo({
  clock: systemClock,
  tell: (trouble) => print(trouble.type === 'trouble' ? { ...trouble, error: trouble.error.message } : trouble),
  pins: new Map([
    [17, { safe: 0 }],
    [18, { safe: 0, activeLow: true }],
  ]),
  i2cBus: 0,
})
const board = await startBoard(io, ({ message }) => print({ message }))

const relay = new Relay({ board, pin: 17 }).open()
new Relay({ board, pin: 'GPIO18' }).close()
const led = new Led({ board, pin: 27 })
let targetCelsius = 20
const control = (celsius: number) => {
  if (celsius < targetCelsius - 0.5) relay.close()
  if (celsius > targetCelsius + 0.5) relay.open()
  print({ celsius, heating: relay.isClosed })
}
const thermometer = new Thermometer({ board, controller: 'TMP102', address: 0x48, freq: 50 })
thermometer.on('change', ({ celsius }) => control(celsius))
const button = new Button({ board, pin: 22, isPullup: true })
button.on('down', () => {
  targetCelsius += 1
  led.on()
  print({ targetCelsius })
  control(thermometer.celsius)
})
const motion = new Motion({ board, pin: 23, calibrationDelay: 0 })
motion.on('motionstart', () => print({ motion: true }))
motion.on('motionend', () => print({ motion: false }))
const contact = new Switch({ board, pin: 24 })
contact.on('open', () => print({ contact: 'open' }))
contact.on('close', () => print({ contact: 'closed' }))

process.once('SIGTERM', () => {
  io[Symbol.dispose]()
  print({ closed: true })
  process.exit(0)
})
print({ ready: true })
