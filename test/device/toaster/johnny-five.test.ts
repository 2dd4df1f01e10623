import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import type { Command } from '../../../device/control.ts'
import { wireToaster } from '../../../device/toaster/johnny-five.ts'
import { bounced, createPlace } from '../board/site.ts'
import { wiringOf } from '../board/wired.ts'

const TOASTER = `
wiring:
  heater: { pin: 17, active: high }
  carriage: { pin: 22 }
  magnet: { pin: 23, active: high }
  cancel: { pin: 24 }
  start: { pin: 25 }
  darker: { pin: 16 }
  buzzer: { pin: 26, active: high }
`

async function toaster(text = TOASTER) {
  const place = await createPlace()
  const { parts, behaviour } = wiringOf('toaster', text)
  const hardware = await wireToaster(place.site, { parts, behaviour, name: 'Toaster' })
  const heard: object[] = []
  const operated: Command[] = []
  hardware.listen(
    (reading) => heard.push(reading),
    async (command) => {
      operated.push(command)
      return { ok: true }
    },
  )
  return { ...place, hardware, heard, operated }
}

test('heater and magnet follow what is decided, and are off at the end', async () => {
  const { io, hardware } = await toaster()
  const outputs = () => [io.levelOf(17), io.levelOf(23)]
  expect(outputs()).toEqual([0, 0])
  hardware.apply({ heater: true, magnet: true })
  expect(outputs()).toEqual([1, 1])
  await hardware[Symbol.asyncDispose]()
  expect(outputs()).toEqual([0, 0])
})

test('a servo holds the lever instead of a magnet', async () => {
  const { io, hardware } = await toaster(TOASTER.replace('magnet: { pin: 23, active: high }', 'servo: { pin: 18 }'))
  const pulses = () => io.written.filter(({ pin }) => pin === 18).map(({ value }) => value)
  expect(pulses()).toEqual([1500])
  hardware.apply({ heater: false, magnet: true })
  expect(pulses()).toEqual([1500, 600])
})

test('carriage and keys are readings', async () => {
  const { io, heard } = await toaster()
  await bounced()
  for (const pin of [22, 25, 24]) {
    io.turn(pin, 0)
    await bounced()
  }
  expect(heard).toEqual([
    { type: 'carriage', position: 'up' },
    { type: 'carriage', position: 'down' },
    { type: 'key', key: 'start' },
    { type: 'key', key: 'cancel' },
  ])
})

test('a lever that starts does so when it is pushed, and not when it is down as the power comes', async () => {
  const { io, heard } = await toaster(`${TOASTER}behaviour: { lever-starts: true }`)
  io.turn(22, 0)
  await bounced()
  const starts = () => heard.filter((reading) => 'key' in reading)
  expect(starts()).toEqual([])
  io.turn(22, 1)
  await bounced()
  io.turn(22, 0)
  await bounced()
  expect(starts()).toEqual([{ type: 'key', key: 'start' }])
})

test('a case that is not measured any more is too hot for the control', async () => {
  const { clock, heard } = await toaster(`${TOASTER}  case: { type: ntc, channel: 0 }\n`)
  await clock.advance(seconds(14))
  expect(heard.filter((reading) => 'celsius' in reading)).toEqual([])
  await clock.advance(seconds(10))
  expect(heard).toContainEqual({ type: 'case', celsius: Number.NaN })
})

test('a knob tells its shade when it is turned, and not when it trembles', async () => {
  const { io, clock, heard } = await toaster(`${TOASTER}  knob: { type: ads1115, channel: 1 }\n`)
  let volts = 0
  let config = 0
  io.chips.set(0x48, {
    write([register, high = 0, low = 0]) {
      if (register === 1) config = (high << 8) | low
    },
    read(register) {
      const raw = Math.round((volts / 4.096) * 32768)
      return register === 1 ? [config >> 8, config & 0xff] : [raw >> 8, raw & 0xff]
    },
  })
  for (const next of [0, 0.03, 1.65, 3.3]) {
    volts = next
    await clock.advance(seconds(3))
  }
  const shades = heard.flatMap((reading) => ('browning' in reading ? [Math.round(Number(reading.browning))] : []))
  expect(shades).toEqual([1, 4, 7])
})

test('a key for darker asks for one shade more than it is', async () => {
  const { io, hardware, operated } = await toaster()
  hardware.onProperties({ 'cycle/browning': 6, 'cycle/state': 'idle' })
  for (const level of [1, 0, 1] as const) {
    io.turn(16, level)
    await bounced()
  }
  hardware.onProperties({ 'cycle/browning': 7, 'cycle/state': 'idle' })
  io.turn(16, 0)
  await bounced()
  expect(operated).toEqual([
    { path: 'cycle/browning', value: 7 },
    { path: 'cycle/browning', value: 7 },
  ])
})

test('three tones when it is done, and none when it starts that way', async () => {
  const { io, clock, hardware } = await toaster()
  const tones = () => io.written.filter(({ pin, value }) => pin === 26 && value === 1).length
  hardware.onProperties({ 'cycle/state': 'done' })
  await clock.advance(seconds(5))
  expect(tones()).toBe(0)
  hardware.onProperties({ 'cycle/state': 'heating' })
  hardware.onProperties({ 'cycle/state': 'done' })
  await clock.advance(seconds(5))
  expect(tones()).toBe(3)
  expect(io.levelOf(26)).toBe(0)
})

test('a heater that takes no off is a reading, and no sign of life for systemd', async () => {
  const { io, clock, hardware, heard } = await toaster()
  hardware.apply({ heater: true, magnet: true })
  io.held.add(17)
  expect(() => hardware.apply({ heater: false, magnet: false })).toThrow('Cannot switch GPIO17 off')
  expect(io.levelOf(23)).toBe(0)
  expect(heard).toContainEqual({ type: 'heater', stuck: true })
  io.held.clear()
  await clock.advance(seconds(10))
  expect(() => hardware.apply({ heater: false, magnet: false })).not.toThrow()
  expect(heard).toContainEqual({ type: 'heater', stuck: false })
})
