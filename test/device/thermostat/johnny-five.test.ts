import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { type Millis, minutes, seconds } from '#contract/time.ts'
import { runProduct } from '../../../device/run.ts'
import { createThermostatControl } from '../../../device/thermostat/control.ts'
import type { ThermostatReading } from '../../../device/thermostat/hardware.ts'
import { wireThermostat } from '../../../device/thermostat/johnny-five.ts'
import { quiet } from '../../quiet.ts'
import { bounced, createPlace } from '../board/site.ts'
import { wiringOf } from '../board/wired.ts'

const HALL = `
wiring:
  sensor: { type: iio, name: none }
  heat: { pin: 17, active: high, feedback: { pin: 27 } }
  cool: { pin: 18, active: low }
  warmer: { pin: 5 }
  colder: { pin: 6 }
  window: { pin: 13 }
  led: { pin: 22 }
`

async function thermostat(text = HALL) {
  const place = await createPlace()
  const { parts } = wiringOf('thermostat', text)
  const hardware = await wireThermostat(place.site, { parts, name: 'Hall' })
  const heard: object[] = []
  hardware.listen(
    (reading) => heard.push(reading),
    async () => ({ ok: true }),
  )
  const relays = () => [place.io.levelOf(17) === 1, place.io.levelOf(18) === 0]
  return { ...place, hardware, heard, relays }
}

test('both relays are open when it is wired, and follow what is decided', async () => {
  const { hardware, relays } = await thermostat()
  expect(relays()).toEqual([false, false])
  hardware.apply({ heat: true, cool: false })
  expect(relays()).toEqual([true, false])
  hardware.apply({ heat: false, cool: true })
  expect(relays()).toEqual([false, true])
  await hardware[Symbol.asyncDispose]()
  expect(relays()).toEqual([false, false])
})

test('heating and cooling at once is done by neither', async () => {
  const { io, hardware } = await thermostat()
  io.written.length = 0
  hardware.apply({ heat: true, cool: true })
  expect(io.written).toEqual([])
})

test('between heating and cooling, one is off before the other is on', async () => {
  const { io, hardware } = await thermostat()
  hardware.apply({ heat: true, cool: false })
  io.written.length = 0
  hardware.apply({ heat: false, cool: true })
  expect(io.written.map(({ pin }) => pin)).toEqual([17, 18])
})

test('keys, window and second contact are readings; what was said before anybody listened is not lost', async () => {
  const { io, heard } = await thermostat()
  await bounced()
  io.turn(5, 0)
  io.turn(6, 0)
  await bounced()
  io.turn(13, 0)
  io.turn(27, 0)
  await bounced()
  expect(heard).toEqual([
    // Pulled up by nobody but the board: the relay is open, and so is the window.
    { type: 'relay', closed: false },
    { type: 'window', open: true },
    { type: 'turned', kelvin: 0.5 },
    { type: 'turned', kelvin: -0.5 },
    { type: 'window', open: false },
    { type: 'relay', closed: true },
  ])
})

test('a relay without a second contact is never a reading', async () => {
  const { hardware, heard } = await thermostat(HALL.replace(', feedback: { pin: 27 }', ''))
  hardware.apply({ heat: true, cool: false })
  await bounced()
  expect(heard.filter((reading) => 'type' in reading && reading.type === 'relay')).toEqual([])
})

test('a relay whose line is held leaves the rest working, and switches once the line is free', async () => {
  const { io, clock, hardware, heard, relays, said } = await thermostat()
  io.held.add(17)
  expect(() => hardware.apply({ heat: true, cool: false })).not.toThrow()
  await bounced()
  io.turn(13, 0)
  await bounced()
  expect(heard).toContainEqual({ type: 'window', open: false })
  io.held.clear()
  await clock.advance(seconds(10))
  expect(relays()).toEqual([true, false])
  expect(said.filter((line) => line.startsWith('GPIO17'))).toHaveLength(2)
})

test('the light is steady while all is well, and blinks when the sensor is not', async () => {
  const { io, clock, hardware } = await thermostat()
  hardware.onProperties({ 'health/status': 'ok' })
  hardware.onStatus({ phase: 'online', device: parseDeviceId('thermostat-k3f9ab', 'a test') })
  expect(io.levelOf(22)).toBe(1)
  hardware.onProperties({ 'health/status': 'sensor-fault' })
  await clock.advance(seconds(0.3))
  expect(io.levelOf(22)).toBe(0)
  await clock.advance(seconds(0.25))
  expect(io.levelOf(22)).toBe(1)
  await hardware[Symbol.asyncDispose]()
  expect(io.levelOf(22)).toBe(0)
})

/** The whole product on a board whose lines can be taken away, with a systemd that listens. */
async function supervised() {
  const { hardware, ...place } = await thermostat(
    'wiring: { sensor: { type: iio, name: none }, heat: { pin: 17, active: high } }',
  )
  let hear = (_reading: ThermostatReading) => {}
  let beats = 0
  const device = await runProduct({
    product: {
      control: createThermostatControl(),
      hardware: {
        ...hardware,
        listen(listener, operate) {
          hear = listener
          hardware.listen(listener, operate)
        },
      },
    },
    settings: { load: async () => undefined, save: async () => {} },
    watchdog: { every: seconds(10), alive: () => void beats++ },
    clock: place.clock,
    log: quiet,
  })
  return {
    ...{ ...place, device },
    async room(celsius: number, length: Millis) {
      for (let passed = 0; passed < length; passed += seconds(10)) {
        hear({ type: 'temperature', celsius })
        await place.clock.advance(seconds(10))
      }
    },
    heating: () => place.io.levelOf(17) === 1,
    health: () => device.properties().get('health/status'),
    alert: () => device.alerts().get('health'),
    beats: () => beats,
  }
}

test('a heating that takes no off is said, and systemd is told no more until it does: it starts the agent again and releases the line', async () => {
  const { io, room, heating, health, alert, beats, said, device } = await supervised()
  await room(19, minutes(4))
  expect(heating()).toBe(true)
  io.held.add(17)
  await room(22, seconds(20))
  const lastBeat = beats()
  await room(22, minutes(3))
  expect(beats()).toBe(lastBeat)
  expect(health()).toBe('relay-stuck')
  expect(alert()).toMatch(/cannot be switched/)
  io.held.clear()
  await room(22, seconds(20))
  expect(heating()).toBe(false)
  expect(health()).toBe('ok')
  expect(alert()).toBeUndefined()
  expect(beats()).toBeGreaterThan(lastBeat)
  expect(said.filter((line) => line.startsWith('GPIO17'))).toEqual([
    'GPIO17: a part of the board does not work: it is tried again',
    'GPIO17: a part of the board works again',
  ])
  await device[Symbol.asyncDispose]()
})

test('a heating that takes no on is said, tried again, and no reason to be started again for ever', async () => {
  const { io, room, heating, health, beats, device } = await supervised()
  io.held.add(17)
  await room(19, minutes(4))
  const before = beats()
  await room(19, minutes(1))
  expect(beats() - before).toBeGreaterThanOrEqual(6)
  expect(health()).toBe('relay-stuck')
  io.held.clear()
  await room(19, seconds(20))
  expect(heating()).toBe(true)
  expect(health()).toBe('ok')
  await device[Symbol.asyncDispose]()
})
