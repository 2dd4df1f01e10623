import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { seconds } from '#contract/time.ts'
import { wireThermostat } from '../../../device/thermostat/johnny-five.ts'
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
