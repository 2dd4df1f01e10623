import { describe, expect, test } from 'vitest'
import { type Millis, minutes, seconds } from '#contract/time.ts'
import { randomStream } from '../../../simulator/random.ts'
import {
  BARE_SENSOR,
  newSensor,
  readSensor,
  type SensorFault,
  type SensorParameters,
  WALL_SENSOR,
} from '../../../simulator/thermostat/sensor.ts'

const EXACT: SensorParameters = { lagSeconds: 0, noiseKelvin: 0, quantumKelvin: 0.0001 }
const NOISY: SensorParameters = { ...EXACT, noiseKelvin: 0.05 }
const SLOW: SensorParameters = { ...EXACT, lagSeconds: 300 }

interface Trouble {
  readonly fault: SensorFault
  /** Of the readings, counted from 0: the first that is wrong, and the first that is right again. */
  readonly from: number
  readonly until?: number
}

/** Readings at these times of air at `celsius(uptime)`. */
function readings(
  times: readonly Millis[],
  celsius: (uptime: Millis) => number,
  { parameters = EXACT, troubles = [] }: { parameters?: SensorParameters; troubles?: readonly Trouble[] } = {},
): readonly (number | undefined)[] {
  const random = randomStream(1, 'noise')
  let sensor = newSensor
  return times.map((uptime, index) => {
    const trouble = troubles.find(({ from, until = times.length }) => index >= from && index < until)
    const read = readSensor(sensor, {
      ...{ airCelsius: celsius(uptime), uptime, parameters, random },
      ...(trouble !== undefined && { fault: trouble.fault, since: times[trouble.from] ?? uptime }),
    })
    sensor = read.sensor
    return read.celsius
  })
}

const everyMinute = (count: number) => Array.from({ length: count }, (_, minute) => minutes(minute))
/** It gets a kelvin warmer each minute. */
const rising = (uptime: Millis) => 20 + uptime / minutes(1)
/** It is 20 °C when the sensor wakes, and 30 °C from then on. */
const stepped = (uptime: Millis) => (uptime === 0 ? 20 : 30)

describe('the case', () => {
  test('takes the temperature that it wakes in', () => {
    expect(readings([seconds(0)], () => 3, { parameters: SLOW })).toEqual([3])
  })

  test.for([
    { constants: 1, share: 0.632 },
    { constants: 2, share: 0.865 },
    { constants: 3, share: 0.95 },
  ])('has come $share of the way after $constants time constants', ({ constants, share }) => {
    const said = readings(everyMinute(16), stepped, { parameters: SLOW })
    expect(said[5 * constants]).toBeCloseTo(20 + 10 * share, 2)
  })

  test('is as far, however often it is asked', () => {
    const often = readings(everyMinute(11), stepped, { parameters: SLOW })
    const seldom = readings([minutes(0), minutes(0.3), minutes(7), minutes(10)], stepped, { parameters: SLOW })
    expect(seldom.at(-1)).toBeCloseTo(often.at(-1) ?? Number.NaN, 3)
  })

  test('of a bare sensor is no case: it says at once what is', () => {
    expect(readings(everyMinute(2), stepped, { parameters: BARE_SENSOR })).toEqual([20, 30])
    expect(readings(everyMinute(2), stepped, { parameters: WALL_SENSOR })[1]).toBeLessThan(25)
  })
})

test('its noise has the deviation of its data sheet, no bias, and no memory', () => {
  const count = 4_000
  const noise = readings(everyMinute(count), () => 20, { parameters: NOISY }).map((value) => (value ?? Number.NaN) - 20)
  const sum = (values: readonly number[]) => values.reduce((before, each) => before + each, 0)
  const deviation = Math.sqrt(sum(noise.map((each) => each ** 2)) / count)
  expect(Math.abs(sum(noise) / count)).toBeLessThan(0.004)
  expect(deviation / 0.05).toBeCloseTo(1, 1)
  const memory =
    sum(noise.slice(1).map((each, index) => each * (noise[index] ?? 0))) / sum(noise.map((each) => each ** 2))
  expect(Math.abs(memory)).toBeLessThan(0.05)
  // Of a normal distribution 4.6 % lie beyond two deviations.
  expect(Math.abs(noise.filter((each) => Math.abs(each) > 2 * deviation).length / count - 0.046)).toBeLessThan(0.01)
})

test.for([0.125, 0.0625, 0.5])('it speaks in steps of %d K, the nearest to what is', (quantumKelvin) => {
  const air = (uptime: Millis) => 19 + uptime / minutes(77)
  const times = everyMinute(300)
  readings(times, air, { parameters: { ...EXACT, quantumKelvin } }).forEach((said, index) => {
    const value = said ?? Number.NaN
    expect(Number.isInteger(value / quantumKelvin)).toBe(true)
    expect(Math.abs(value - air(times[index] ?? minutes(0)))).toBeLessThanOrEqual(quantumKelvin / 2 + 1e-9)
  })
})

describe('a fault', () => {
  test.for<{ fault: SensorFault; says: readonly (number | undefined)[] }>([
    { fault: { type: 'says', celsius: 85 }, says: [20, 85, 85, 85, 24] },
    { fault: { type: 'says', celsius: Number.NaN }, says: [20, Number.NaN, Number.NaN, Number.NaN, 24] },
    { fault: { type: 'stuck' }, says: [20, 20, 20, 20, 24] },
    { fault: { type: 'silent' }, says: [20, undefined, undefined, undefined, 24] },
    { fault: { type: 'drifting', kelvinPerHour: 60 }, says: [20, 21, 23, 25, 24] },
    { fault: { type: 'drifting', kelvinPerHour: -30 }, says: [20, 21, 21.5, 22, 24] },
  ])('$fault says $says', ({ fault, says }) => {
    const said = readings(everyMinute(5), rising, { parameters: BARE_SENSOR, troubles: [{ fault, from: 1, until: 4 }] })
    expect(said).toEqual(says)
  })

  test('drift is counted from when it began, and an hour of it is what it is called by', () => {
    const fault = { type: 'drifting', kelvinPerHour: 1.5 } as const
    const times = [minutes(0), minutes(45), minutes(105)]
    const said = readings(times, () => 20, { troubles: [{ fault, from: 1 }] })
    expect(said[1]).toBeCloseTo(20, 3)
    expect(said[2]).toBeCloseTo(21.5, 3)
  })

  test('of one that sticks before it ever spoke: it sticks at its first word', () => {
    const stuck: SensorFault = { type: 'stuck' }
    expect(readings(everyMinute(3), rising, { troubles: [{ fault: stuck, from: 0 }] })).toEqual([20, 20, 20])
  })

  test('of one that sticks after silence: it repeats what was heard, and nothing that it kept to itself', () => {
    const troubles: readonly Trouble[] = [
      { fault: { type: 'silent' }, from: 1, until: 3 },
      { fault: { type: 'stuck' }, from: 3 },
    ]
    expect(readings(everyMinute(5), rising, { troubles })).toEqual([20, undefined, undefined, 20, 20])
  })

  test.for<SensorFault>([
    { type: 'silent' },
    { type: 'stuck' },
    { type: 'says', celsius: -127 },
    { type: 'drifting', kelvinPerHour: 5 },
  ])('of $type moves nothing of what is said after it, noise or lag', (fault) => {
    const parameters = { ...NOISY, lagSeconds: 300 }
    const times = everyMinute(12)
    const healthy = readings(times, rising, { parameters })
    const mended = readings(times, rising, { parameters, troubles: [{ fault, from: 2, until: 6 }] })
    expect(mended.slice(6)).toEqual(healthy.slice(6))
    expect(mended.slice(2, 6)).not.toEqual(healthy.slice(2, 6))
  })
})
