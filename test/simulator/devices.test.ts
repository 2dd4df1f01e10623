import { expect, onTestFinished, test } from 'vitest'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { hours, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { type Product, type RunningProduct, runProduct, type SettingsStore } from '../../device/run.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import { createToasterControl } from '../../device/toaster/control.ts'
import { VirtualClock } from '../../simulator/clock.ts'
import { simulateThermostat } from '../../simulator/thermostat/hardware.ts'
import { createSingleRoom } from '../../simulator/thermostat/place.ts'
import { simulateToaster } from '../../simulator/toaster/hardware.ts'
import { quiet } from '../quiet.ts'

/** A disk that keeps what it is given, as JSON, over any number of power cuts. */
function createDisk(): SettingsStore {
  let text: string | undefined
  return {
    load: async () => (text === undefined ? undefined : JSON.parse(text)),
    save: async (settings) => {
      text = JSON.stringify(settings)
    },
  }
}

/** Runs a product until the test is over, and notes its events and the values that each property had. */
async function start<State, Reading, Actuators>(
  product: Product<State, Reading, Actuators>,
  clock: VirtualClock,
  settings = createDisk(),
) {
  const device: RunningProduct = await runProduct({ product, settings, clock, log: quiet })
  const events: JsonObject[] = []
  const had = new Map<PropertyPath, Value[]>()
  device.listen({
    changed: (path, value) => had.set(path, [...(had.get(path) ?? []), value]),
    happened: ({ value }) => events.push(value),
    alerted: () => {},
  })
  let powered = true
  const cutPower = async () => {
    if (powered) await device[Symbol.asyncDispose]()
    powered = false
  }
  onTestFinished(cutPower)
  return {
    events,
    cutPower,
    had: (path: PropertyPath) => had.get(path) ?? [],
    shows: (path: PropertyPath) => device.properties().get(path),
    order: (path: PropertyPath, value: Value = true) => device.obey({ path, value }),
  }
}

async function startThermostat(options: { outdoorCelsius?: number; roomCelsius?: number } = {}) {
  const clock = new VirtualClock()
  const place = createSingleRoom({ clock, ...options })
  const house = simulateThermostat({ clock, place })
  const device = await start({ control: createThermostatControl(), hardware: house }, clock)
  return { clock, house, place, device }
}

async function startToaster(settings = createDisk()) {
  const clock = new VirtualClock()
  const toaster = simulateToaster({ clock })
  const device = await start({ control: createToasterControl(), hardware: toaster }, clock, settings)
  return { clock, toaster, device, settings }
}

/** The outdoor temperature through a winter's day: coldest at five, warmest at five in the afternoon. */
const winterCelsius = (hour: number) => 2 - 4 * Math.cos((2 * Math.PI * (hour - 5)) / 24)

/** Calls `look` once a minute for as long. */
async function watch(clock: VirtualClock, length: Millis, look: (minute: number) => void): Promise<void> {
  for (let minute = 0; minute < length / minutes(1); minute++) {
    await clock.advance(minutes(1))
    look(minute)
  }
}

test('keeps a room within one kelvin of its target through a winter day, and switches gently', async () => {
  const { clock, house, place, device } = await startThermostat()
  await device.order('climate/target', 20)
  await clock.advance(hours(3))
  let switched = 0
  let before = house.heating
  await watch(clock, hours(24), (minute) => {
    place.setOutdoor(winterCelsius(minute / 60))
    expect(Math.abs(place.room.airCelsius - 20), `minute ${minute}`).toBeLessThan(1)
    if (house.heating !== before) switched += 1
    before = house.heating
  })
  expect(switched).toBeGreaterThan(10)
  expect(switched).toBeLessThan(24 * 12)
  expect(device.shows('health/status')).toBe('ok')
})

test('cools a room in summer', async () => {
  const { clock, house, place, device } = await startThermostat({ outdoorCelsius: 32, roomCelsius: 29 })
  await device.order('climate/mode', 'cool')
  await device.order('climate/target', 24)
  await clock.advance(hours(12))
  await watch(clock, hours(3), () => {
    expect(Math.abs(place.room.airCelsius - 24)).toBeLessThan(1)
    expect(house.heating).toBe(false)
  })
})

test('a room that is switched off does not freeze', async () => {
  const { clock, place, device } = await startThermostat({ outdoorCelsius: -10, roomCelsius: 15 })
  await device.order('climate/mode', 'off')
  let coldest = 15
  await watch(clock, hours(48), () => {
    coldest = Math.min(coldest, place.room.airCelsius)
  })
  expect(coldest).toBeGreaterThan(4)
  expect(coldest).toBeLessThan(5.5)
  expect(device.had('health/status')).toContain('frost')
})

test('an open window pauses the heating, and the room is warm again an hour after it is shut', async () => {
  const { clock, house, place, device } = await startThermostat({ roomCelsius: 20 })
  await clock.advance(hours(3))
  house.openWindow(true)
  await clock.advance(minutes(2))
  await watch(clock, minutes(13), () => expect(house.heating).toBe(false))
  expect(device.shows('climate/window')).toBe(true)
  house.openWindow(false)
  await clock.advance(hours(1))
  expect(device.shows('climate/window')).toBe(false)
  expect(Math.abs(place.room.airCelsius - 20)).toBeLessThan(1)
})

test('a heating that warms nothing is said after half an hour, and goes on being tried', async () => {
  // As good as a boiler that is out: colder outdoors than it could ever make up for.
  const { clock, house, device } = await startThermostat({ outdoorCelsius: -150, roomCelsius: 18 })
  await clock.advance(minutes(32))
  expect(device.had('health/status')).not.toContain('heat-failure')
  await clock.advance(minutes(2))
  expect(device.shows('health/status')).toBe('heat-failure')
  expect(house.heating).toBe(true)
})

test.for([
  { what: 'open', roomCelsius: 15, closedFirst: false },
  { what: 'closed', roomCelsius: 18.5, closedFirst: true },
])('a relay that sticks $what is said', async ({ roomCelsius, closedFirst }) => {
  const { clock, house, device } = await startThermostat({ roomCelsius })
  if (closedFirst) {
    await clock.advance(minutes(4))
    expect(house.heating).toBe(true)
  }
  house.weldRelay(true)
  await device.order('climate/mode', closedFirst ? 'off' : 'heat')
  await clock.advance(minutes(4))
  expect(house.heating).toBe(closedFirst)
  expect(device.shows('health/status')).toBe('relay-stuck')
  house.weldRelay(false)
  await clock.advance(minutes(4))
  expect(house.heating).toBe(!closedFirst)
  expect(device.shows('health/status')).toBe('ok')
})

test.for([
  { fault: { type: 'says', celsius: 85 }, status: 'sensor-fault' },
  { fault: { type: 'says', celsius: -127 }, status: 'sensor-fault' },
  { fault: { type: 'says', celsius: Number.NaN }, status: 'sensor-fault' },
  { fault: { type: 'silent' }, status: 'sensor-stale' },
] as const)(
  'a sensor that is $fault.type $fault.celsius in a warm room turns the heating off: $status',
  async ({ fault, status }) => {
    const { clock, house, device } = await startThermostat({ roomCelsius: 16 })
    await clock.advance(minutes(4))
    expect(house.heating).toBe(true)
    house.failSensor(fault)
    await clock.advance(minutes(16))
    expect(device.shows('health/status')).toBe(status)
    await watch(clock, hours(1), () => expect(house.heating).toBe(false))
    house.failSensor(undefined)
    await clock.advance(minutes(4))
    expect(device.shows('health/status')).toBe('ok')
    expect(house.heating).toBe(true)
  },
)

test('settings come back after a power cut, and the relay rests three minutes', async () => {
  const settings = createDisk()
  const clock = new VirtualClock()
  const control = createThermostatControl()
  const before = await start(
    { control, hardware: simulateThermostat({ clock, place: createSingleRoom({ clock }) }) },
    clock,
    settings,
  )
  await before.order('climate/target', 22.5)
  await clock.advance(minutes(10))
  await before.cutPower()
  const house = simulateThermostat({ clock, place: createSingleRoom({ clock, roomCelsius: 15 }) })
  const after = await start({ control, hardware: house }, clock, settings)
  expect(after.shows('climate/target')).toBe(22.5)
  await clock.advance(seconds(179))
  expect(house.heating).toBe(false)
  await clock.advance(seconds(2))
  expect(house.heating).toBe(true)
})

test('a whole slice: lever, heat, countdown, pop, and ready for the next', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 1)
  toaster.pressLever()
  await clock.advance(seconds(35))
  expect(toaster.heating).toBe(true)
  expect(device.shows('cycle/remaining')).toBe(35)
  await clock.advance(seconds(36))
  expect([toaster.heating, toaster.carriage]).toEqual([false, 'up'])
  await clock.advance(seconds(15))
  expect(device.had('cycle/state')).toEqual(['heating', 'done', 'idle'])
  expect(device.had('cycle/remaining').slice(0, 4)).toEqual([70, 69, 68, 67])
  expect(device.events.map(({ event_type }) => event_type)).toEqual(['started', 'done'])
})

test('slice after slice at the darkest shade the case stays below its limit', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 7)
  for (let slice = 0; slice < 6; slice++) {
    toaster.pressLever()
    await clock.advance(seconds(225))
    expect(device.shows('cycle/state')).toBe('idle')
  }
  expect(toaster.caseCelsius).toBeLessThan(90)
  expect(device.events.filter(({ event_type }) => event_type === 'done')).toHaveLength(6)
})

test('a start from afar: refused, then allowed by somebody there, then refused for the next slice', async () => {
  const { clock, toaster, device } = await startToaster()
  expect(await device.order('cycle/start')).toMatchObject({ ok: false, code: 'not_now' })
  toaster.loadBread()
  await clock.advance(seconds(1))
  expect(device.shows('cycle/remote-start')).toBe(true)
  expect(await device.order('cycle/start')).toEqual({ ok: true })
  expect(toaster.heating).toBe(true)
  await clock.advance(minutes(5))
  expect(toaster.carriage).toBe('up')
  toaster.press('remote-start')
  await clock.advance(seconds(1))
  expect(await device.order('cycle/start')).toMatchObject({ ok: false, code: 'not_now' })
})

test('lifted by hand and lowered again it goes on toasting, and is as brown as it should be', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 1)
  toaster.pressLever()
  let heated = 0
  const toast = (length: number) =>
    watchSeconds(clock, length, () => {
      if (toaster.heating) heated += 1
    })
  await toast(30)
  toaster.liftByHand()
  await toast(10)
  expect(device.shows('cycle/state')).toBe('paused')
  toaster.pressLever()
  await toast(45)
  expect(device.shows('cycle/state')).toBe('done')
  expect(heated).toBeGreaterThanOrEqual(69)
  expect(heated).toBeLessThanOrEqual(70)
})

async function watchSeconds(clock: VirtualClock, length: number, look: () => void): Promise<void> {
  for (let second = 0; second < length; second++) {
    await clock.advance(millis(500))
    look()
    await clock.advance(millis(500))
  }
}

test('bread that sticks is a jam: heater off, said, until it is freed and reset at the toaster', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 1)
  toaster.pressLever()
  toaster.jam(true)
  await clock.advance(seconds(75))
  expect(device.shows('cycle/state')).toBe('fault')
  expect(device.events.at(-1)).toEqual({ event_type: 'fault', fault: 'jam' })
  expect([toaster.heating, toaster.carriage]).toEqual([false, 'down'])
  toaster.pressLever()
  await clock.advance(minutes(5))
  expect([toaster.heating, device.shows('cycle/state')]).toEqual([false, 'fault'])
  toaster.jam(false)
  toaster.press('reset')
  await clock.advance(seconds(1))
  expect([toaster.carriage, device.shows('cycle/state')]).toEqual(['up', 'idle'])
})

test('a relay that is welded shut is said a second after the heater should be off', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 1)
  toaster.pressLever()
  await clock.advance(seconds(10))
  toaster.weldRelay(true)
  await clock.advance(seconds(62))
  expect(device.events.at(-1)).toEqual({ event_type: 'fault', fault: 'relay' })
})

test('power that fails in the middle of a slice: it wakes idle and cold, with its shade and no allowance', async () => {
  const { clock, toaster, device, settings } = await startToaster()
  await device.order('cycle/browning', 6)
  toaster.loadBread()
  await clock.advance(seconds(1))
  await device.order('cycle/start')
  await clock.advance(seconds(30))
  expect(toaster.heating).toBe(true)
  await device.cutPower()
  expect(toaster.heating).toBe(false)

  const again = await startToaster(settings)
  again.toaster.loadBread()
  again.toaster.liftByHand()
  await again.clock.advance(minutes(10))
  expect(again.device.had('cycle/state')).toEqual([])
  expect(again.device.shows('cycle/state')).toBe('idle')
  expect(again.device.shows('cycle/browning')).toBe(6)
  expect(again.toaster.heating).toBe(false)
  expect(await again.device.order('cycle/start')).toMatchObject({ ok: false })
})

test.for([
  { kind: 'bread', program: 'bread', shade: 4 },
  { kind: 'frozen', program: 'defrost', shade: 5 },
  { kind: 'frozen', program: 'bread', shade: 3 },
] as const)('$kind on the program $program at 4 comes out with the shade $shade', async ({ kind, program, shade }) => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/program', program)
  await device.order('cycle/browning', 4)
  toaster.loadBread(kind)
  await clock.advance(seconds(1))
  await device.order('cycle/start')
  await clock.advance(minutes(5))
  expect(toaster.carriage).toBe('up')
  expect(toaster.bread).toMatchObject({ kind, burnt: false })
  expect(toaster.bread?.shade).toBe(shade)
})

test('bread that sticks under a welded relay burns: the simulation shows what the cut-off is for', async () => {
  const { clock, toaster, device } = await startToaster()
  await device.order('cycle/browning', 7)
  toaster.pressLever()
  toaster.loadBread()
  await clock.advance(seconds(10))
  toaster.jam(true)
  toaster.weldRelay(true)
  await clock.advance(minutes(8))
  expect(toaster.bread?.burnt).toBe(true)
})

test('contacts that bounce are no fault and switch nothing twice', async () => {
  const { clock, toaster, device } = await startToaster()
  toaster.wearRelay(true)
  await device.order('cycle/browning', 1)
  toaster.pressLever()
  await clock.advance(minutes(3))
  expect(device.had('cycle/state')).toEqual(['heating', 'done', 'idle'])

  const room = await startThermostat({ outdoorCelsius: 0, roomCelsius: 18 })
  room.house.wearRelay(true)
  await room.device.order('climate/target', 21)
  await room.clock.advance(hours(12))
  expect(room.house.heating || room.place.airCelsius > 20).toBe(true)
  expect(room.device.had('health/status').filter((status) => status !== 'ok')).toEqual([])
})

test('without power the magnet lets go: nothing stays down in the heat', async () => {
  const { clock, toaster, device } = await startToaster()
  toaster.pressLever()
  await clock.advance(seconds(20))
  expect(toaster.carriage).toBe('down')
  await device.cutPower()
  expect([toaster.carriage, toaster.heating]).toEqual(['up', false])
})
