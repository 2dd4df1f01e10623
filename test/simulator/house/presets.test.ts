// Houses as figures, against the figures of the reference.
import { expect, test } from 'vitest'
import { HOUSE_NAMES, HOUSES, type HouseName } from '../../../simulator/house/presets.ts'
import { type Room, stepRoom } from '../../../simulator/house/room.ts'
import { HOUR } from './a-house.ts'

/** Heat lost for each kelvin when nothing changes any more, W/K. */
function lossOf(name: HouseName): number {
  const { airToFabricWattsPerKelvin: inner, ...whole } = HOUSES[name].whole
  const outer = whole.fabricToOutdoorWattsPerKelvin
  return whole.ventilationWattsPerKelvin + (inner * outer) / (inner + outer)
}

/** How long it takes an unheated house to lose 63 % of its warmth, once its air has followed its walls; h. */
function timeConstantOf(name: HouseName): number {
  const alone = { outdoorCelsius: 0, watts: 0, windowOpen: false }
  const afterADay = stepRoom({ airCelsius: 20, fabricCelsius: 20 }, alone, 24 * HOUR, HOUSES[name].whole)
  const anHourOn = stepRoom(afterADay, alone, HOUR, HOUSES[name].whole)
  return 1 / Math.log(afterADay.airCelsius / anHourOn.airCelsius)
}

test.for([
  { name: 'detached-1930', wattsPerKelvin: 350, hours: 13 },
  { name: 'terraced-1990', wattsPerKelvin: 210, hours: 22 },
  { name: 'low-energy', wattsPerKelvin: 90, hours: 51 },
] as const)(
  '$name loses about $wattsPerKelvin W/K, and keeps its warmth for about $hours h',
  ({ name, wattsPerKelvin, hours }) => {
    // The reference has one capacity where these have two: an eighth, and a quarter.
    expect(Math.abs(lossOf(name) / wattsPerKelvin - 1)).toBeLessThan(1 / 8)
    expect(Math.abs(timeConstantOf(name) / hours - 1)).toBeLessThan(1 / 4)
  },
)

test('the older, the more it loses and the sooner it is cold', () => {
  const old = ['detached-1930', 'terraced-1990', 'low-energy'] as const
  expect([...old].sort((a, b) => lossOf(b) - lossOf(a))).toEqual(old)
  expect([...old].sort((a, b) => timeConstantOf(a) - timeConstantOf(b))).toEqual(old)
})

test.for(HOUSE_NAMES)('%s is whole, and warm at −10 °C', (name) => {
  const { rooms, doors, heaterWatts } = HOUSES[name]
  const ids = rooms.map(({ id }) => id)
  expect(rooms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  expect(new Set(ids).size).toBe(ids.length)
  for (const door of doors) expect(ids).toEqual(expect.arrayContaining([...door]))
  expect(heaterWatts).toBeGreaterThan(lossOf(name) * 31)
})

/** Where the walls of a house are that has been kept at 21 °C for long. */
const heatedFor = (outdoorCelsius: number): Room => ({
  airCelsius: 21,
  fabricCelsius: (900 * 21 + 150 * outdoorCelsius) / (900 + 150),
})

test.for([
  { minutes: 10, celsius: 17.9 },
  { minutes: 20, celsius: 15.9 },
])('the reference: $minutes minutes of an open window at 0 °C, without heat, leave $celsius °C', (reference) => {
  const aired = { outdoorCelsius: 0, watts: 200, windowOpen: true }
  const { airCelsius } = stepRoom(heatedFor(0), aired, reference.minutes * 60)
  expect(Math.abs(airCelsius - reference.celsius)).toBeLessThan(0.15)
})

test('the reference: heating that fails at −5 °C leaves 5 °C after about nineteen hours', () => {
  const alone = { outdoorCelsius: -5, watts: 200, windowOpen: false }
  expect(stepRoom(heatedFor(-5), alone, 18.4 * HOUR).airCelsius).toBeGreaterThan(5)
  expect(stepRoom(heatedFor(-5), alone, 19.6 * HOUR).airCelsius).toBeLessThan(5)
})
