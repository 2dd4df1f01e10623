// The house of several rooms: what a physicist would check before believing any of it.
import { expect, test } from 'vitest'
import { hours, minutes } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { createHouse } from '../../../simulator/house/house.ts'
import { HOUSE_NAMES, HOUSES } from '../../../simulator/house/presets.ts'
import { stepRoom } from '../../../simulator/house/room.ts'
import { type HouseUse, humidityOf, type RoomState, stepHouse, vapourOf } from '../../../simulator/house/step.ts'
import { constantWeather } from '../../../simulator/weather/weather.ts'

const HOUR = 3600
const preset = HOUSES['terraced-1990']
const outdoors = { celsius: 0, humidityPercent: 80, sunWattsPerSquareMetre: 0 }
const even = (celsius: number): readonly RoomState[] =>
  preset.rooms.map(() => ({
    airCelsius: celsius,
    fabricCelsius: celsius,
    vapourGramsPerCubicMetre: vapourOf(celsius, 45),
  }))
const use = (changes: Partial<HouseUse> = {}): HouseUse => ({
  ...{ outdoors, heaterWatts: 0, coolerWatts: 0 },
  rooms: preset.rooms.map(() => ({ windowOpen: false, people: 0 })),
  ...changes,
})
const room = (rooms: readonly RoomState[], id: string): RoomState => {
  const found = rooms[preset.rooms.findIndex((each) => each.id === id)]
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}

test('rooms without differences are the one room of the reference', () => {
  const rooms = stepHouse(even(20), use({ heaterWatts: 4_000 }), preset, 6 * HOUR)
  const whole = stepRoom(
    { airCelsius: 20, fabricCelsius: 20 },
    { outdoorCelsius: 0, watts: 4_000 + preset.gainsWatts, windowOpen: false },
    6 * HOUR,
  )
  for (const each of rooms) {
    expect(each.airCelsius).toBeCloseTo(whole.airCelsius, 3)
    expect(each.fabricCelsius).toBeCloseTo(whole.fabricCelsius, 3)
  }
})

test('what is put in is what is stored and what is lost', () => {
  const { whole, rooms: plans, gainsWatts } = preset
  const stored = (rooms: readonly RoomState[]) =>
    rooms.reduce((sum, each, index) => {
      const share = plans[index]?.share ?? 0
      return (
        sum + share * (whole.airJoulesPerKelvin * each.airCelsius + whole.fabricJoulesPerKelvin * each.fabricCelsius)
      )
    }, 0)
  let now = even(18)
  const begin = stored(now)
  let lost = 0
  const dt = 20
  for (let second = 0; second < 24 * HOUR; second += dt) {
    const next = stepHouse(now, use({ heaterWatts: 5_000 }), preset, dt)
    next.forEach((each, index) => {
      const before = now[index]
      const share = plans[index]?.share ?? 0
      if (before === undefined) return
      const air = (before.airCelsius + each.airCelsius) / 2 - outdoors.celsius
      const fabric = (before.fabricCelsius + each.fabricCelsius) / 2 - outdoors.celsius
      lost += share * dt * (whole.ventilationWattsPerKelvin * air + whole.fabricToOutdoorWattsPerKelvin * fabric)
    })
    now = next
  }
  const put = 24 * HOUR * (5_000 + gainsWatts)
  expect((stored(now) - begin + lost) / put).toBeCloseTo(1, 3)
})

test('two half steps are one whole, and no step is too long', () => {
  const start = even(20).map((each, index) => ({ ...each, airCelsius: 20 + index }))
  const whole = stepHouse(start, use(), preset, HOUR)
  const halves = stepHouse(stepHouse(start, use(), preset, HOUR / 2), use(), preset, HOUR / 2)
  whole.forEach((each, index) => {
    expect(each.airCelsius).toBeCloseTo(halves[index]?.airCelsius ?? Number.NaN, 3)
  })
  for (const each of stepHouse(start, use(), preset, 60 * 24 * HOUR)) {
    expect(each.airCelsius).toBeGreaterThan(0)
    expect(each.airCelsius).toBeLessThan(3)
  }
})

test('heat goes through doors from warm to cold', () => {
  const start = even(18).map((each, index) => (index === 1 ? { ...each, airCelsius: 24, fabricCelsius: 24 } : each))
  const after = stepHouse(start, use({ outdoors: { ...outdoors, celsius: 18 } }), preset, HOUR)
  expect(room(after, 'living').airCelsius).toBeLessThan(24)
  expect(room(after, 'hall').airCelsius).toBeGreaterThan(room(after, 'bath').airCelsius)
})

test.for([
  { what: 'three people warm their room', change: { people: 3 }, by: [0.3, 3] },
  { what: 'an open window cools it', change: { windowOpen: true }, by: [-15, -2] },
])('$what, and hardly the others', ({ change, by: [least = 0, most = 0] }) => {
  const changed = use({
    rooms: preset.rooms.map(({ id }) => ({ windowOpen: false, people: 0, ...(id === 'bedroom' && change) })),
  })
  const [plain, after] = [stepHouse(even(20), use(), preset, HOUR), stepHouse(even(20), changed, preset, HOUR)]
  const difference = (id: string) => room(after, id).airCelsius - room(plain, id).airCelsius
  expect(difference('bedroom')).toBeGreaterThan(least)
  expect(difference('bedroom')).toBeLessThan(most)
  expect(Math.abs(difference('bath'))).toBeLessThan(Math.abs(difference('bedroom')) / 3)
})

test('the sun warms the room it shines into', () => {
  const sunny = use({ outdoors: { ...outdoors, sunWattsPerSquareMetre: 600 } })
  const [dark, bright] = [stepHouse(even(20), use(), preset, 2 * HOUR), stepHouse(even(20), sunny, preset, 2 * HOUR)]
  const gain = (id: string) => room(bright, id).airCelsius - room(dark, id).airCelsius
  expect(gain('living')).toBeGreaterThan(0.3)
  expect(gain('living')).toBeGreaterThan(gain('bath'))
})

test('humidity rises with people, falls with winter air, and never leaves 0 to 100', () => {
  const with_ = (id: string, change: object) =>
    use({ rooms: preset.rooms.map((each) => ({ windowOpen: false, people: 0, ...(each.id === id && change) })) })
  const hour = (changed: HouseUse, seconds = 3 * HOUR) => stepHouse(even(20), changed, preset, seconds)
  const plain = humidityOf(room(hour(use()), 'bedroom'))
  expect(humidityOf(room(hour(with_('bedroom', { people: 4 })), 'bedroom'))).toBeGreaterThan(plain + 3)
  // The cold air that comes in holds little water, as grams in a cubic metre.
  const aired = room(hour(with_('bedroom', { windowOpen: true }), 1800), 'bedroom')
  expect(aired.vapourGramsPerCubicMetre).toBeLessThan(room(hour(use(), 1800), 'bedroom').vapourGramsPerCubicMetre)
  const crowded = room(hour(with_('bath', { people: 6 }), 48 * HOUR), 'bath')
  expect(humidityOf(crowded)).toBeLessThanOrEqual(100)
})

test.for([
  { minutes: 10, celsius: 17.9 },
  { minutes: 20, celsius: 15.9 },
])('the reference: window open at 0 °C without heat, $celsius °C after $minutes minutes', ({ minutes: m, celsius }) => {
  const after = stepRoom(
    { airCelsius: 21, fabricCelsius: 18 },
    { outdoorCelsius: 0, watts: 200, windowOpen: true },
    m * 60,
  )
  expect(Math.abs(after.airCelsius - celsius)).toBeLessThan(1)
})

test('the reference: heating that fails at −5 °C leaves 5 °C after some nineteen hours', () => {
  let now = { airCelsius: 21, fabricCelsius: 18 }
  let hoursTaken = 0
  while (now.airCelsius > 5 && hoursTaken < 60) {
    now = stepRoom(now, { outdoorCelsius: -5, watts: 200, windowOpen: false }, HOUR)
    hoursTaken += 1
  }
  expect(hoursTaken).toBeGreaterThan(14)
  expect(hoursTaken).toBeLessThan(24)
})

test('an old house loses more than a newer one, and each can be heated through a hard frost', () => {
  const lossOf = (name: (typeof HOUSE_NAMES)[number]) => {
    const {
      airToFabricWattsPerKelvin: inner,
      fabricToOutdoorWattsPerKelvin: outer,
      ventilationWattsPerKelvin,
    } = HOUSES[name].whole
    return ventilationWattsPerKelvin + (inner * outer) / (inner + outer)
  }
  expect(lossOf('detached-1930')).toBeGreaterThan(lossOf('terraced-1990'))
  expect(lossOf('terraced-1990')).toBeGreaterThan(lossOf('low-energy'))
  for (const name of HOUSE_NAMES) {
    expect(HOUSES[name].rooms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(HOUSES[name].heaterWatts).toBeGreaterThan(lossOf(name) * 30)
  }
})

test('looking often or seldom makes no difference to a living house', async () => {
  const run = async (looks: number) => {
    const clock = new VirtualClock()
    const house = createHouse({ clock, weather: constantWeather(-3) })
    house.heat(true)
    for (let look = 0; look < looks; look++) {
      await clock.advance(hours(4 / looks))
      void house.room('hall').celsius
    }
    house.heat(false)
    await clock.advance(minutes(30))
    return house.room('hall').celsius
  }
  expect(await run(240)).toBeCloseTo(await run(1), 2)
  const clock = new VirtualClock()
  expect(() => createHouse({ clock, weather: constantWeather(0) }).room('attic')).toThrow(
    'the rooms of this house are hall',
  )
})
