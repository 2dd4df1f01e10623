// Weather from a seed: a day's swing, and hours that take after the one before.
import { hours, type Instant } from '#contract/time.ts'
import { normal, type Random } from '../random.ts'
import { clearSky, sineOfAltitude } from './sun.ts'
import type { Weather } from './weather.ts'

/** Of the hourly deviation from the day's curve, K: correlation from one hour to the next, and its standard deviation. */
const TEMPERATURE = { correlation: 0.95, deviation: 1.6 } as const
/** Of the share of the sky that is clouded, around one half. */
const CLOUDS = { correlation: 0.9, deviation: 0.3 } as const
/** Full cloud lets a quarter through (Kasten and Czeplak 1980: 1 − 0.75·N^3.4). */
const throughClouds = (clouds: number): number => 1 - 0.75 * clouds ** 3.4
/** The dew point lies so far below the day's mean. */
const DEW_POINT_BELOW = 2.5
const COLDEST_AT_HOUR = 5

export interface SeededWeatherOptions {
  readonly random: Random
  /** Hours are drawn from here on, in order; the one before is as the first. */
  readonly start: Instant
  readonly meanCelsius?: number
  /** Half the difference between the warmest and the coldest hour of a calm day, K. */
  readonly swingKelvin?: number
  readonly latitudeDegrees?: number
  readonly longitudeDegrees?: number
}

interface Hour {
  readonly deviation: number
  readonly clouds: number
}

/** A first-order autoregressive series a value an hour, straight in between, on a sine of a day. */
export function seededWeather(options: SeededWeatherOptions): Weather {
  const { random, start, meanCelsius = 10, swingKelvin = 4, latitudeDegrees = 51.5, longitudeDegrees = 0 } = options
  const drawn: Hour[] = []
  const draw = (last: number, { correlation, deviation }: { correlation: number; deviation: number }): number =>
    correlation * last + deviation * Math.sqrt(1 - correlation ** 2) * normal(random)

  const hourAt = (index: number): Hour => {
    while (drawn.length <= index) {
      const last = drawn.at(-1) ?? { deviation: 0, clouds: 0 }
      drawn.push({ deviation: draw(last.deviation, TEMPERATURE), clouds: draw(last.clouds, CLOUDS) })
    }
    return drawn[index] ?? { deviation: 0, clouds: 0 }
  }

  return {
    at(instant) {
      const since = Math.max(0, instant - start) / hours(1)
      const index = Math.floor(since)
      const share = since - index
      const [before, after] = [hourAt(index), hourAt(index + 1)]
      const between = (from: number, to: number) => from + (to - from) * share
      const solarHour = (instant / hours(1) + longitudeDegrees / 15) % 24
      const day = -Math.cos((2 * Math.PI * (solarHour - COLDEST_AT_HOUR)) / 24)
      const celsius = meanCelsius + swingKelvin * day + between(before.deviation, after.deviation)
      const clouds = Math.min(1, Math.max(0, 0.5 + between(before.clouds, after.clouds)))
      const sun = clearSky(sineOfAltitude(instant, latitudeDegrees, longitudeDegrees)) * throughClouds(clouds)
      const dewPoint = Math.min(celsius, meanCelsius - DEW_POINT_BELOW)
      const humidityPercent = Math.min(100, (100 * saturation(dewPoint)) / saturation(celsius))
      return { celsius, humidityPercent, sunWattsPerSquareMetre: sun }
    },
  }
}

/** Pressure of saturated vapour over water, Pa (Magnus; Sonntag 1990). */
export const saturation = (celsius: number): number => 611.2 * Math.exp((17.62 * celsius) / (243.12 + celsius))
