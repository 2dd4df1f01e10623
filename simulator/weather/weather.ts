// What it is like outside.
import type { Instant } from '#contract/time.ts'

export interface Outdoors {
  readonly celsius: number
  /** Relative, 0 to 100. */
  readonly humidityPercent: number
  /** Global radiation on the horizontal, W/m². */
  readonly sunWattsPerSquareMetre: number
}

/** The same for equal instants, whatever was asked before. */
export interface Weather {
  at(instant: Instant): Outdoors
}

/** A weather file cannot be used. The message names file and line. */
export class WeatherError extends Error {
  override readonly name = 'WeatherError'
}

export const constantWeather = (celsius: number, humidityPercent = 80): Weather => ({
  at: () => ({ celsius, humidityPercent, sunWattsPerSquareMetre: 0 }),
})
