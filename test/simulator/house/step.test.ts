// The house of several rooms: what a physicist would check before believing any of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUSE_NAMES, HOUSES, type HousePreset } from '../../../simulator/house/presets.ts'
import { stepRoom } from '../../../simulator/house/room.ts'
import { type HouseUse, humidityOf, type RoomState, stepHouse, vapourOf } from '../../../simulator/house/step.ts'
import { effect, evenly, HOUR, HOUSE, NIGHT, roomOf, SEALED, storedIn, use } from './a-house.ts'

const SUNNY = { ...NIGHT, sunWattsPerSquareMetre: 600 }

const celsius = fc.double({ min: -20, max: 40, noNaN: true })
const room = fc
  .record({ airCelsius: celsius, fabricCelsius: celsius, percent: fc.double({ min: 0, max: 100, noNaN: true }) })
  .map(({ percent, ...warmth }) => ({ ...warmth, vapourGramsPerCubicMetre: vapourOf(warmth.airCelsius, percent) }))
const rooms: fc.Arbitrary<readonly RoomState[]> = fc.tuple(room, room, room, room, room)
const windows = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
const idle = windows.map(
  (open): HouseUse => ({ ...use(), rooms: open.map((windowOpen) => ({ windowOpen, people: 0 })) }),
)

test('rooms without differences are the one room of the reference', () => {
  const after = stepHouse(evenly(20), use({ heaterWatts: 4_000 }), HOUSE, 6 * HOUR)
  const whole = stepRoom(
    { airCelsius: 20, fabricCelsius: 20 },
    { outdoorCelsius: 0, watts: 4_000 + HOUSE.gainsWatts, windowOpen: false },
    6 * HOUR,
  )
  for (const each of after) {
    expect(each.airCelsius).toBeCloseTo(whole.airCelsius, 3)
    expect(each.fabricCelsius).toBeCloseTo(whole.fabricCelsius, 3)
  }
})

describe('energy', () => {
  test.for([
    { what: 'a heated winter day', changed: use({ heaterWatts: 5_000 }), put: 5_000 },
    { what: 'a cooled one', changed: use({ coolerWatts: 1_000 }), put: -1_000 },
    {
      what: 'a sunny one with three people and a window that stands open',
      changed: use({ heaterWatts: 5_000, outdoors: SUNNY }, { kitchen: { people: 3 }, bedroom: { windowOpen: true } }),
      // 80 W each, and 4.5 m² of sun.
      put: 5_000 + 3 * 80 + 600 * 4.5,
    },
  ])('of $what: what is put in is what is stored and what is lost, to a thousandth', ({ changed, put }) => {
    const { whole, rooms: plans, gainsWatts } = HOUSE
    const dt = 20
    const wattsLost = (state: readonly RoomState[]) =>
      state.reduce((sum, { airCelsius, fabricCelsius }, index) => {
        const open = changed.rooms[index]?.windowOpen === true
        const air = whole.ventilationWattsPerKelvin + (open ? whole.windowWattsPerKelvin : 0)
        return (
          sum + (plans[index]?.share ?? 0) * (air * airCelsius + whole.fabricToOutdoorWattsPerKelvin * fabricCelsius)
        )
      }, 0)
    const begin = evenly(18)
    let now = begin
    let lost = 0
    for (let second = 0; second < 24 * HOUR; second += dt) {
      const next = stepHouse(now, changed, HOUSE, dt)
      lost += ((wattsLost(now) + wattsLost(next)) / 2) * dt
      now = next
    }
    const gained = 24 * HOUR * (put + gainsWatts)
    expect((storedIn(now, HOUSE) - storedIn(begin, HOUSE) + lost) / gained).toBeCloseTo(1, 3)
  })

  test('that moves through doors is neither made nor lost', () => {
    fc.assert(
      fc.property(rooms, fc.double({ min: 1, max: 2 * HOUR, noNaN: true }), (begin, seconds) => {
        const after = stepHouse(begin, use(), SEALED, seconds)
        expect(Math.abs(storedIn(after, SEALED) - storedIn(begin, SEALED))).toBeLessThan(1)
      }),
      { numRuns: 30 },
    )
  })

  test('goes through a door from warm to cold, 120 W for each kelvin', () => {
    const insulated: HousePreset = { ...SEALED, whole: { ...SEALED.whole, airToFabricWattsPerKelvin: 0 } }
    const begin = evenly(18).map((each, index) => (index === 1 ? { ...each, airCelsius: 23 } : each))
    const after = stepHouse(begin, use(), insulated, 1)
    const joules = (id: string, share: number) =>
      (roomOf(after, id).airCelsius - roomOf(begin, id).airCelsius) * share * SEALED.whole.airJoulesPerKelvin
    // The living room has a door to the hall and one to the kitchen.
    expect(joules('living', 0.35)).toBeCloseTo(-2 * 120 * 5, -1)
    expect(joules('hall', 0.15)).toBeCloseTo(120 * 5, -1)
    expect(joules('kitchen', 0.2)).toBeCloseTo(120 * 5, -1)
    expect(Math.abs(joules('bath', 0.08))).toBeLessThan(2)
  })
})

describe('the size of a step', () => {
  test('does not matter, wherever it is cut: two are one to two thousandths of a degree', () => {
    const length = fc.double({ min: 0, max: HOUR, noNaN: true })
    fc.assert(
      fc.property(rooms, idle, length, length, (begin, around, first, second) => {
        const twice = stepHouse(stepHouse(begin, around, HOUSE, first), around, HOUSE, second)
        const once = stepHouse(begin, around, HOUSE, first + second)
        twice.forEach((each, index) => {
          const other = once[index]
          const apart = (of: (state: RoomState) => number) => Math.abs(of(each) - (other ? of(other) : Number.NaN))
          expect(apart(({ airCelsius }) => airCelsius)).toBeLessThan(0.002)
          expect(apart(({ fabricCelsius }) => fabricCelsius)).toBeLessThan(0.002)
          expect(apart(({ vapourGramsPerCubicMetre }) => vapourGramsPerCubicMetre)).toBeLessThan(0.002)
        })
      }),
      { numRuns: 60 },
    )
  })

  test.for(HOUSE_NAMES)(
    'makes nothing unstable in %s: without power, all stays between warmest and coldest',
    (name) => {
      const preset = { ...HOUSES[name], gainsWatts: 0 }
      const length = fc.double({ min: 0, max: 6 * HOUR, noNaN: true })
      fc.assert(
        fc.property(rooms, idle, length, (begin, around, seconds) => {
          const all = [NIGHT.celsius, ...begin.flatMap(({ airCelsius, fabricCelsius }) => [airCelsius, fabricCelsius])]
          for (const { airCelsius, fabricCelsius } of stepHouse(begin, around, preset, seconds)) {
            for (const celsius of [airCelsius, fabricCelsius]) {
              expect(celsius).toBeGreaterThanOrEqual(Math.min(...all) - 1e-9)
              expect(celsius).toBeLessThanOrEqual(Math.max(...all) + 1e-9)
            }
          }
        }),
        { numRuns: 15 },
      )
    },
  )

  test('may be a month: a house that is left alone comes to where its gains balance what it loses', () => {
    // 200 W at 188.6 W/K.
    for (const { airCelsius } of stepHouse(evenly(20), use(), HOUSE, 30 * 24 * HOUR)) {
      expect(airCelsius).toBeCloseTo(200 / (60 + (900 * 150) / (900 + 150)), 2)
    }
  })
})

describe('in a few seconds, before anything else has answered', () => {
  const seconds = 5
  // The bedroom is 0.22 of the house: 440 kJ/K of air and 55 m³. The living room 0.35: 700 kJ/K, and 5.25 MJ/K of fabric.
  test('three people warm their room by 80 W each, and breathe out 50 g of water an hour each', () => {
    const { airKelvin, vapourGrams } = effect('bedroom', use({}, { bedroom: { people: 3 } }), { seconds })
    expect(airKelvin / ((3 * 80 * seconds) / 440e3)).toBeCloseTo(1, 2)
    expect(vapourGrams / ((3 * 50 * seconds) / 3600 / 55)).toBeCloseTo(1, 2)
  })

  test('an open window takes 400 W of the whole house for each kelvin, here 88', () => {
    const { airKelvin } = effect('bedroom', use({}, { bedroom: { windowOpen: true } }), { seconds })
    expect(airKelvin / ((-400 * 0.22 * 20 * seconds) / 440e3)).toBeCloseTo(1, 1)
  })

  test('an open window cools nothing when it is as warm outside', () => {
    const mild = { ...NIGHT, celsius: 20 }
    const [shut, open] = [use({ outdoors: mild }), use({ outdoors: mild }, { bedroom: { windowOpen: true } })]
    const celsius = [shut, open].map(
      (each) => roomOf(stepHouse(evenly(20), each, HOUSE, seconds), 'bedroom').airCelsius,
    )
    expect(celsius[1]).toBeCloseTo(celsius[0] ?? Number.NaN, 5)
  })

  test('the sun through 2.4 m² of glass warms the air by half of it and the floor by the other', () => {
    const { airKelvin, fabricKelvin } = effect('living', use({ outdoors: SUNNY }), { seconds })
    expect(airKelvin / ((600 * 2.4 * 0.5 * seconds) / 700e3)).toBeCloseTo(1, 2)
    expect(fabricKelvin / ((600 * 2.4 * 0.5 * seconds) / 5.25e6)).toBeCloseTo(1, 2)
  })

  test('the heater and the cooler reach every room by its share', () => {
    for (const [what, watts] of [
      ['heaterWatts', 8_000],
      ['coolerWatts', -3_500],
    ] as const) {
      for (const { id } of HOUSE.rooms) {
        const { airKelvin } = effect(id, use({ [what]: Math.abs(watts) }), { seconds })
        expect(airKelvin / ((watts * seconds) / 2e6)).toBeCloseTo(1, 1)
      }
    }
  })
})

test.for([
  { what: 'three people', changed: use({}, { bedroom: { people: 3 } }), least: 0.3, most: 3 },
  { what: 'an open window', changed: use({}, { bedroom: { windowOpen: true } }), least: -15, most: -2 },
])('after an hour $what changed their room, and the next but one much less', ({ changed, least, most }) => {
  const [here, there] = ['bedroom', 'bath'].map((id) => effect(id, changed, { seconds: HOUR }).airKelvin)
  expect(here).toBeGreaterThan(least)
  expect(here).toBeLessThan(most)
  expect(Math.abs(there ?? Number.NaN)).toBeLessThan(Math.abs(here ?? 0) / 3)
  expect(Math.sign(there ?? 0)).toBe(Math.sign(here ?? 0))
})

describe('humidity', () => {
  test.for([
    // Psychrometric tables: grams in a cubic metre of saturated air.
    { celsius: -10, grams: 2.36 },
    { celsius: 0, grams: 4.85 },
    { celsius: 20, grams: 17.3 },
    { celsius: 30, grams: 30.4 },
  ])('air at $celsius °C holds $grams g in a cubic metre', ({ celsius, grams }) => {
    expect(vapourOf(celsius, 100) / grams).toBeCloseTo(1, 1)
    expect(vapourOf(celsius, 50)).toBeCloseTo(vapourOf(celsius, 100) / 2, 9)
    expect(
      humidityOf({ airCelsius: celsius, fabricCelsius: 0, vapourGramsPerCubicMetre: vapourOf(celsius, 37) }),
    ).toBeCloseTo(37, 9)
  })

  test('comes to where people breathe out what the ventilation carries off', () => {
    const after = stepHouse(evenly(20), use({ heaterWatts: 4_000 }, { living: { people: 2 } }), HOUSE, 10 * 24 * HOUR)
    // 60 W/K of the whole house are 0.05 m³/s of air, of which the living room has 0.35: 63 m³/h.
    const { vapourGramsPerCubicMetre } = roomOf(after, 'living')
    expect(vapourGramsPerCubicMetre).toBeCloseTo(vapourOf(0, 80) + (2 * 50) / 63, 2)
  })

  test('falls with a window open in winter, to what is outside', () => {
    const aired = use({}, { bedroom: { windowOpen: true } })
    expect(effect('bedroom', aired, { seconds: 1800 }).vapourGrams).toBeLessThan(-1)
    const after = stepHouse(evenly(20), aired, HOUSE, 24 * HOUR)
    expect(roomOf(after, 'bedroom').vapourGramsPerCubicMetre).toBeCloseTo(vapourOf(0, 80), 2)
  })

  test('condenses: six people in a bath keep its air saturated, and no wetter', () => {
    const { airCelsius, vapourGramsPerCubicMetre, humidityPercent } = roomOf(
      stepHouse(evenly(20), use({}, { bath: { people: 6 } }), HOUSE, 24 * HOUR),
      'bath',
    )
    expect(vapourGramsPerCubicMetre).toBeCloseTo(vapourOf(airCelsius, 100), 9)
    expect(humidityPercent).toBeCloseTo(100, 9)
  })

  test('leaves water on the walls of a room that cools, which does not come back', () => {
    const damp = evenly(20).map((each) => ({ ...each, vapourGramsPerCubicMetre: vapourOf(20, 95) }))
    const cooled = stepHouse(damp, use({ coolerWatts: 15_000 }), SEALED, 2 * HOUR)
    for (const { airCelsius, vapourGramsPerCubicMetre } of cooled) {
      expect(airCelsius).toBeLessThan(15)
      expect(vapourGramsPerCubicMetre).toBeCloseTo(vapourOf(airCelsius, 100), 9)
    }
    const warmed = stepHouse(cooled, use({ heaterWatts: 15_000 }), SEALED, 2 * HOUR)
    for (const each of warmed) expect(humidityOf(each)).toBeLessThan(90)
  })

  test('is from 0 to 100, whoever is in and whatever is open', () => {
    fc.assert(
      fc.property(rooms, windows, fc.integer({ min: 0, max: 8 }), (begin, open, people) => {
        const around = { ...use(), rooms: open.map((windowOpen) => ({ windowOpen, people })) }
        for (const each of stepHouse(begin, around, HOUSE, HOUR)) {
          expect(each.vapourGramsPerCubicMetre).toBeGreaterThan(0)
          expect(each.vapourGramsPerCubicMetre).toBeLessThanOrEqual(vapourOf(each.airCelsius, 100))
        }
      }),
      { numRuns: 30 },
    )
  })
})
