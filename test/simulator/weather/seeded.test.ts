// Weather from a seed, over a whole year: is it what was asked for?
import { describe, expect, test } from 'vitest'
import { hours, instant } from '#contract/time.ts'
import { randomStream } from '../../../simulator/random.ts'
import { type SeededWeatherOptions, seededWeather } from '../../../simulator/weather/seeded.ts'
import { sineOfAltitude } from '../../../simulator/weather/sun.ts'
import { at } from './reading.ts'

const START = at('2030-01-01T00:00:00Z')
const later = (hour: number) => instant(START + hours(hour))
const seeded = (seed = 1, options: Partial<SeededWeatherOptions> = {}) =>
  seededWeather({ random: randomStream(seed, 'weather'), start: START, meanCelsius: 6, swingKelvin: 3, ...options })

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length
function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((each) => (each - middle) ** 2)))
}

/** How much of each value is in the one after it. */
function correlation(values: readonly number[]): number {
  const middle = mean(values)
  const product = (shift: number) =>
    values.slice(shift).reduce((sum, each, index) => sum + (each - middle) * ((values[index] ?? middle) - middle), 0)
  return product(1) / product(0)
}

describe('the same seed', () => {
  test('is the same weather, in whatever order it is asked for, and however often', () => {
    const [one, other] = [seeded(), seeded()]
    const forwards = [0, 0.25, 2, 5, 37.5, 100].map((hour) => one.at(later(hour)))
    const backwards = [100, 37.5, 5, 5, 2, 0.25, 0].map((hour) => other.at(later(hour)))
    expect(backwards.toSpliced(2, 1).reverse()).toEqual(forwards)
  })

  test('and no other, is this weather', () => {
    expect(seeded(2).at(later(5))).not.toEqual(seeded(1).at(later(5)))
  })
})

test('between the hours it is straight, without a leap', () => {
  // Without a day's swing nothing is left but the hours.
  const weather = seeded(3, { swingKelvin: 0 })
  for (const hour of [0, 7, 4321]) {
    const [from, middle, to] = [hour, hour + 0.5, hour + 1].map((when) => weather.at(later(when)).celsius)
    expect(middle).toBeCloseTo(((from ?? 0) + (to ?? 0)) / 2, 9)
    expect(weather.at(later(hour + 1 - 1e-6)).celsius).toBeCloseTo(to ?? Number.NaN, 3)
  }
})

test.for([
  { meanCelsius: 6, swingKelvin: 3, longitudeDegrees: 0 },
  { meanCelsius: -8, swingKelvin: 0, longitudeDegrees: 0 },
  { meanCelsius: 15, swingKelvin: 7, longitudeDegrees: 90 },
])('a year has what it was asked for: mean $meanCelsius °C, swing $swingKelvin K', (asked) => {
  const weather = seeded(1, asked)
  const year = Array.from({ length: 8760 }, (_, hour) => weather.at(later(hour)).celsius)
  // Its standard error is 0.11 K: of 8760 hours that take after each other, few are news.
  expect(Math.abs(mean(year) - asked.meanCelsius)).toBeLessThan(0.35)

  const byHour = Array.from({ length: 24 }, (_, wanted) => mean(year.filter((_, hour) => hour % 24 === wanted)))
  const swing = (Math.max(...byHour) - Math.min(...byHour)) / 2
  expect(Math.abs(swing - asked.swingKelvin)).toBeLessThan(0.35)
  if (asked.swingKelvin > 0) {
    // Coldest at five in the morning, by the sun.
    const coldest = (byHour.indexOf(Math.min(...byHour)) + asked.longitudeDegrees / 15) % 24
    expect(Math.abs(coldest - 5)).toBeLessThanOrEqual(1)
  }

  // What is left without the day's curve takes after the hour before it.
  const rest = year.map((celsius, hour) => celsius - (byHour[hour % 24] ?? 0))
  expect(Math.abs(correlation(rest) - 0.95)).toBeLessThan(0.012)
  expect(Math.abs(deviation(rest) - 1.6)).toBeLessThan(0.15)
})

test('in every hour of a year there is sun by day alone, and humidity from 0 to 100', () => {
  const weather = seeded(4)
  let nights = 0
  for (let hour = 0; hour < 8760; hour++) {
    const { humidityPercent, sunWattsPerSquareMetre: sun } = weather.at(later(hour))
    const height = sineOfAltitude(later(hour), 51.5, 0)
    expect(humidityPercent).toBeGreaterThan(0)
    expect(humidityPercent).toBeLessThanOrEqual(100)
    if (height <= 0) {
      nights += 1
      expect(sun).toBe(0)
    } else {
      if (height > 0.01) expect(sun).toBeGreaterThan(0)
      expect(sun).toBeLessThan(1098 * height)
    }
  }
  expect(nights / 8760).toBeCloseTo(0.5, 1)
})

test('clouds come and go: a summer noon is sometimes clear, sometimes a quarter of that', () => {
  const weather = seeded(5)
  const noons = Array.from({ length: 60 }, (_, day) =>
    weather.at(instant(at('2030-06-01T12:00:00Z') + hours(24 * day))),
  )
  const sun = noons.map(({ sunWattsPerSquareMetre }) => sunWattsPerSquareMetre)
  expect(Math.max(...sun)).toBeGreaterThan(850)
  expect(Math.min(...sun)).toBeLessThan(300)
  expect(Math.min(...sun)).toBeGreaterThan(200)
})

test('warm hours of a day are the dry ones', () => {
  const weather = seeded(1, { swingKelvin: 8 })
  const [morning, afternoon] = [5, 17].map((hour) =>
    mean(Array.from({ length: 60 }, (_, day) => weather.at(later(hour + 24 * day)).humidityPercent)),
  )
  expect((morning ?? 0) - (afternoon ?? 0)).toBeGreaterThan(20)
})
