// How much is heated: the arithmetic by itself, then each regulator in a house in January.
import { describe, expect, test } from 'vitest'
import { instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { DEFAULT_CONFIG } from '../../../device/thermostat/config.ts'
import { createThermostatControl } from '../../../device/thermostat/control.ts'
import { MIN_OFF, MIN_ON, RESTS } from '../../../device/thermostat/guard.ts'
import {
  advance,
  HYSTERESIS,
  isOn,
  newRegulator,
  PI,
  type Proportional,
  type Regulator,
  type RegulatorState,
  TPI,
} from '../../../device/thermostat/regulator.ts'
import { type Room, stepRoom } from '../../../simulator/house/room.ts'

const NOW = minutes(60)
const begin = (regulator: Proportional, celsius: number, outsideCelsius?: number, state = newRegulator(NOW)) =>
  advance(state, { regulator, room: { target: 20, celsius, outsideCelsius }, rests: RESTS }, NOW)
const share = ({ cycle }: RegulatorState) => (cycle === undefined ? Number.NaN : cycle.onFor / TPI.cycle)

test.for([
  { what: 'half a kelvin short', celsius: 19.5, share: 0.3 },
  { what: 'half a kelvin short on a frosty day', celsius: 19.5, outside: -10, share: 0.6 },
  { what: 'two kelvin short', celsius: 18, share: 1 },
  { what: 'where it shall be, with nothing known of the weather', celsius: 20, share: 0 },
  { what: 'where it shall be, at 0 °C outside', celsius: 20, outside: 0, share: 0.2 },
  { what: 'too warm', celsius: 21, outside: 0, share: 0 },
])('TPI, $what: $share of the cycle', ({ celsius, outside, share: expected }) => {
  expect(share(begin(TPI, celsius, outside))).toBeCloseTo(expected, 9)
})

test('a share too short for the relay is owed, and paid when it is long enough', () => {
  const smallest = MIN_ON / TPI.cycle
  let state = newRegulator(millis(0))
  const shares: number[] = []
  // A room that wants 12 % of the time, for twenty cycles.
  for (let uptime = 0; uptime < 20 * TPI.cycle; uptime += TPI.cycle) {
    const room = { target: 20, celsius: 19.8, outsideCelsius: undefined }
    state = advance(state, { regulator: TPI, room, rests: RESTS }, millis(uptime))
    shares.push(share(state))
  }
  for (const each of shares) expect(each === 0 || each >= smallest).toBe(true)
  const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length
  expect(mean).toBeCloseTo(0.12, 1)
})

test('a share that leaves the relay no rest is all of the cycle', () => {
  const { cycle } = begin(TPI, 18.5)
  expect(cycle?.onFor).toBe(TPI.cycle)
  expect(TPI.cycle - (begin(TPI, 18.9).cycle?.onFor ?? 0)).toBeGreaterThanOrEqual(MIN_OFF)
})

test('a cycle stays as it was begun, until it ends or somebody wants another temperature', () => {
  const first = begin(TPI, 19.5)
  const colder = { target: 20, celsius: 18, outsideCelsius: undefined }
  const later = millis(NOW + minutes(5))
  expect(advance(first, { regulator: TPI, room: colder, rests: RESTS }, later).cycle).toBe(first.cycle)
  const warmer = { ...colder, target: 21 }
  expect(advance(first, { regulator: TPI, room: warmer, rests: RESTS }, later).cycle).toMatchObject({
    startedAt: later,
  })
  const ended = millis(NOW + TPI.cycle)
  expect(advance(first, { regulator: TPI, room: colder, rests: RESTS }, ended).cycle).toMatchObject({
    startedAt: ended,
  })
})

test('it is on at the beginning of its cycle and off from then on', () => {
  const { cycle } = begin(TPI, 19.5)
  if (cycle === undefined) throw new Error('no cycle')
  expect([0, cycle.onFor - 1, cycle.onFor, TPI.cycle].map((passed) => isOn(cycle, millis(NOW + passed)))).toEqual([
    ...[true, true],
    ...[false, false],
  ])
})

describe('PI', () => {
  const afterHours = (celsius: number, count: number, state = newRegulator(millis(0))) => {
    const from = state.integratedAt
    for (let passed = 0; passed <= count * 60; passed++) {
      const room = { target: 20, celsius, outsideCelsius: undefined }
      state = advance(state, { regulator: PI, room, rests: RESTS }, millis(from + minutes(passed)))
    }
    return state
  }

  test('sums up what a proportional part would leave for ever', () => {
    // 0.1 K short for three hours is one integral time.
    expect(afterHours(19.9, 3).integral).toBeCloseTo(0.1, 6)
  })

  test('a morning in a cold house is not held against the room once it is warm', () => {
    // Five kelvin short is full power at once: hours of it say nothing about what the room will need.
    expect(afterHours(15, 6).integral).toBe(0)
  })

  test('nor is a heat wave', () => {
    const warm = afterHours(24, 6, { ...newRegulator(millis(0)), integral: 0.5 })
    expect(warm.integral).toBeLessThanOrEqual(0.5)
    expect(warm.integral).toBeGreaterThan(-4)
  })

  test('a sensor that was silent for a day counts for a quarter of an hour', () => {
    const before = { ...newRegulator(millis(0)), integral: 0 }
    const room = { target: 20, celsius: 19, outsideCelsius: undefined }
    const { integral } = advance(before, { regulator: PI, room, rests: RESTS }, minutes(24 * 60))
    expect(integral).toBeCloseTo(15 / 180, 9)
  })
})

interface Day {
  readonly celsius: readonly number[]
  readonly switchings: number
}

/** Two days at 2 °C outside in a house of the nineties, of which the second is told: the first is for the walls. */
function liveIn(regulator: Regulator, heaterWatts: number): Day {
  const control = createThermostatControl({ ...DEFAULT_CONFIG, regulator })
  const at = (uptime: Millis) => ({ wall: instant(Date.UTC(2030, 0, 14) + uptime), uptime })
  let state = control.begin({ ...control.saved(control.begin(undefined, at(millis(0)))), target: 20 }, at(millis(0)))
  let room: Room = { airCelsius: 19, fabricCelsius: 18.5 }
  const celsius: number[] = []
  let switchings = 0
  const READ_EVERY = seconds(10)
  for (let passed = 0; passed < minutes(48 * 60); passed += READ_EVERY) {
    const now = at(millis(passed))
    const before = state.output
    state = control.hear(state, { type: 'temperature', celsius: Math.round(room.airCelsius * 16) / 16 }, now).state
    state = control.hear(state, { type: 'outside', celsius: 2 }, now).state
    const watts = 200 + (state.output === 'heat' ? heaterWatts : 0)
    room = stepRoom(room, { outdoorCelsius: 2, watts, windowOpen: false }, READ_EVERY / 1000)
    if (passed < minutes(24 * 60)) continue
    celsius.push(room.airCelsius)
    if (state.output === 'heat' && before !== 'heat') switchings++
  }
  return { celsius, switchings }
}

test.for<{ regulator: Regulator; within: number; offset: number }>([
  { regulator: HYSTERESIS, within: 0.6, offset: 0.25 },
  { regulator: TPI, within: 0.6, offset: 0.25 },
  { regulator: PI, within: 0.4, offset: 0.1 },
])(
  '$regulator.type keeps a winter day within $within K, and on average within $offset',
  ({ regulator, within, offset }) => {
    const { celsius, switchings } = liveIn(regulator, 8_000)
    const mean = celsius.reduce((sum, each) => sum + each, 0) / celsius.length
    for (const each of celsius) expect(Math.abs(each - 20)).toBeLessThan(within)
    expect(Math.abs(mean - 20)).toBeLessThan(offset)
    // A relay is good for a hundred thousand switchings: at a hundred and fifty a day that is two years of winters.
    expect(switchings).toBeLessThan(150)
  },
)
