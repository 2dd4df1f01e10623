import { parseInstant } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import { readWeather } from '../../../simulator/weather/file.ts'
import { WeatherError } from '../../../simulator/weather/weather.ts'

export function at(text: string): Instant {
  const read = parseInstant(text)
  if (read === undefined) throw new Error(`Cannot use a time as it must be like 2030-01-14T06:00:00Z: got ${text}`)
  return read
}

/** What is said about a file that cannot be used. */
export function complaint(text: string, fileName: string): string {
  try {
    readWeather(text, fileName)
  } catch (error) {
    if (error instanceof WeatherError) return error.message
    throw error
  }
  throw new Error('Cannot judge the file as it must be refused: it was read')
}
