// The house that lives: as it is at this moment, however seldom somebody looks.
import { describe, expect, test } from 'vitest'
import { hours, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { createHouse, type House } from '../../../simulator/house/house.ts'
import { randomStream } from '../../../simulator/random.ts'
import { seededWeather } from '../../../simulator/weather/seeded.ts'
import { constantWeather, type Weather } from '../../../simulator/weather/weather.ts'

const WINTER = constantWeather(-3)

function live(weather: Weather = WINTER): { readonly clock: VirtualClock; readonly house: House } {
  const clock = new VirtualClock()
  return { clock, house: createHouse({ clock, weather }) }
}

/** A day in which things happen, looked at every `every`. */
async function day(every: Millis, weather: Weather) {
  const { clock, house } = live(weather)
  const pass = async (length: Millis) => {
    for (let left: number = length; left > 0; left -= every) {
      await clock.advance(millis(Math.min(left, every)))
      void house.room('hall').celsius
    }
  }
  house.heat(true)
  await pass(hours(4))
  house.heat(false)
  house.room('bedroom').openWindow(true)
  await pass(hours(1))
  house.room('bedroom').openWindow(false)
  house.room('living').setPeople(4)
  await pass(hours(19))
  return house.rooms.map((id) => house.room(id))
}

describe('looking often or seldom makes no difference', () => {
  const start = new VirtualClock().now()
  const sky = (seed: number) =>
    seededWeather({ ...{ random: randomStream(seed, 'weather'), start }, meanCelsius: 4, swingKelvin: 6 })
  test.for([
    { what: 'in still winter air', weather: () => WINTER },
    { what: 'in weather that changes', weather: () => sky(5) },
  ])('$what', async ({ weather }) => {
    const [often, seldom] = [await day(seconds(30), weather()), await day(hours(24), weather())]
    often.forEach((room, index) => {
      expect(Math.abs(room.celsius - (seldom[index]?.celsius ?? Number.NaN))).toBeLessThan(0.01)
      expect(Math.abs(room.humidityPercent - (seldom[index]?.humidityPercent ?? Number.NaN))).toBeLessThan(0.05)
    })
  })
})

test('every change counts from its own moment, though nobody looks at the room', async () => {
  const after = async (change: (house: House) => void) => {
    const { clock, house } = live()
    await clock.advance(hours(1))
    change(house)
    await clock.advance(minutes(10))
    return house.room('hall').celsius
  }
  const still = await after(() => {})
  // Half of a heater that ran for ten minutes would be seen in one that is believed to have run for the hour before.
  const heated = (await after((house) => house.heat(true))) - still
  expect(heated).toBeGreaterThan(1.5)
  expect(heated).toBeLessThan(2.4)
  const cooled = (await after((house) => house.cool(true))) - still
  expect(cooled / heated).toBeCloseTo(-3_500 / 8_000, 2)
  const aired = (await after((house) => house.room('hall').openWindow(true))) - still
  expect(aired).toBeLessThan(-1)
  expect(aired).toBeGreaterThan(-2.2)
  const visited = (await after((house) => house.room('hall').setPeople(5))) - still
  expect(visited).toBeGreaterThan(0.3)
  expect(visited).toBeLessThan(0.8)
  const thawed = (await after((house) => house.setOutdoors(30))) - still
  expect(thawed).toBeGreaterThan(0.4)
  expect(thawed).toBeLessThan(1)
})

test('somebody may set what it is like outside, and give the weather back', () => {
  const { house } = live(constantWeather(-3, 65))
  house.setOutdoors(12)
  expect(house.outdoors).toEqual({ celsius: 12, humidityPercent: 65, sunWattsPerSquareMetre: 0 })
  house.setOutdoors(undefined)
  expect(house.outdoors.celsius).toBe(-3)
})

test('a room says what is in it, and one that is not there names those that are', () => {
  const { house } = live()
  expect(house.rooms).toEqual(['hall', 'living', 'kitchen', 'bedroom', 'bath'])
  const room = house.room('bath')
  room.openWindow(true)
  room.setPeople(2)
  expect(house.room('bath')).toMatchObject({ id: 'bath', windowOpen: true, people: 2, celsius: 18.5 })
  expect(house.room('hall')).toMatchObject({ windowOpen: false, people: 0 })
  expect(room.humidityPercent).toBeCloseTo(45, 9)
  expect(() => house.room('attic')).toThrow(
    new RangeError('Cannot enter attic as the rooms of this house are hall, living, kitchen, bedroom, bath'),
  )
})
