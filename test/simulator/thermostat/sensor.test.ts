import { expect, test } from 'vitest'
import { hours, minutes, seconds } from '#contract/time.ts'
import { randomStream } from '../../../simulator/random.ts'
import { newSensor, readSensor, type SensorFault, type SensorParameters } from '../../../simulator/thermostat/sensor.ts'

const EXACT: SensorParameters = { lagSeconds: 0, noiseKelvin: 0, quantumKelvin: 0.0001 }

/** One reading a minute of air at `celsius(minute)`. */
function readings(
  count: number,
  celsius: (minute: number) => number,
  { parameters = EXACT, fault, from = 0 }: { parameters?: SensorParameters; fault?: SensorFault; from?: number } = {},
): readonly (number | undefined)[] {
  const random = randomStream(1, 'noise')
  let sensor = newSensor
  return Array.from({ length: count }, (_, minute) => {
    const broken = fault !== undefined && minute >= from
    const read = readSensor(sensor, {
      ...{ airCelsius: celsius(minute), uptime: minutes(minute), parameters, random },
      ...(broken && { fault, since: minutes(from) }),
    })
    sensor = read.sensor
    return read.celsius
  })
}

test('its case has come 63 % of the way after one time constant', () => {
  const said = readings(11, (minute) => (minute === 0 ? 20 : 30), { parameters: { ...EXACT, lagSeconds: 300 } })
  expect(said[0]).toBeCloseTo(20, 3)
  expect(said[5]).toBeCloseTo(20 + 10 * (1 - Math.exp(-1)), 2)
  expect(said[10]).toBeCloseTo(20 + 10 * (1 - Math.exp(-2)), 2)
})

test('its noise has the deviation of its data sheet and no bias', () => {
  const said = readings(4000, () => 20, { parameters: { ...EXACT, noiseKelvin: 0.05 } }).map(
    (value) => (value ?? 0) - 20,
  )
  const mean = said.reduce((sum, each) => sum + each, 0) / said.length
  const deviation = Math.sqrt(said.reduce((sum, each) => sum + each ** 2, 0) / said.length)
  expect(Math.abs(mean)).toBeLessThan(0.005)
  expect(deviation).toBeGreaterThan(0.047)
  expect(deviation).toBeLessThan(0.053)
})

test('it speaks in the steps of its converter', () => {
  for (const value of readings(50, (minute) => 20 + minute / 77, { parameters: { ...EXACT, quantumKelvin: 0.0625 } })) {
    expect(Number.isInteger((value ?? 0.1) / 0.0625)).toBe(true)
  }
})

test.for<{ fault: SensorFault; says: readonly (number | undefined)[] }>([
  { fault: { type: 'says', celsius: 85 }, says: [20, 85, 85] },
  { fault: { type: 'says', celsius: Number.NaN }, says: [20, Number.NaN, Number.NaN] },
  { fault: { type: 'stuck' }, says: [20, 20, 20] },
  { fault: { type: 'silent' }, says: [20, undefined, undefined] },
  { fault: { type: 'drifting', kelvinPerHour: 60 }, says: [20, 21, 23] },
])('$fault.type', ({ fault, says }) => {
  const said = readings(3, (minute) => 20 + minute, { fault, from: 1 })
  said.forEach((value, index) => {
    if (value === undefined || Number.isNaN(value)) expect(value).toBe(says[index])
    else expect(value).toBeCloseTo(says[index] ?? -1, 6)
  })
})

test('a fault moves nothing of the noise that comes after it', () => {
  const parameters = { ...EXACT, noiseKelvin: 0.5 }
  const random = [randomStream(1, 'noise'), randomStream(1, 'noise')] as const
  const later = (stream: () => number, fault?: SensorFault) => {
    let sensor = newSensor
    for (let minute = 0; minute < 10; minute++) {
      const broken = fault !== undefined && minute < 5 ? { fault, since: seconds(0) } : {}
      sensor = readSensor(sensor, {
        airCelsius: 20,
        uptime: hours(minute),
        parameters,
        random: stream,
        ...broken,
      }).sensor
    }
    return sensor.said
  }
  expect(later(random[0], { type: 'silent' })).toBe(later(random[1]))
})
