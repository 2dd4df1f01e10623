// The weather that a scenario asks for.
import type { Instant } from '#contract/time.ts'
import { randomStream } from '../random.ts'
import { readWeather } from '../weather/file.ts'
import { seededWeather } from '../weather/seeded.ts'
import { constantWeather, type Weather, WeatherError } from '../weather/weather.ts'
import type { Scenario } from './schema.ts'

type Wanted = NonNullable<NonNullable<Scenario['home']>['weather']>

/** Undefined where nothing is asked for. Throws a `WeatherError` for a file that cannot be used. */
export function weatherOf(
  wanted: Wanted | undefined,
  options: {
    readonly seed: number
    readonly start: Instant
    readonly end: Instant
    readonly readFile?: ((name: string) => string) | undefined
  },
): Weather | undefined {
  const { seed, start, end, readFile } = options
  if (wanted === undefined) return undefined
  if ('celsius' in wanted) return constantWeather(wanted.celsius)
  if ('file' in wanted) {
    if (readFile === undefined)
      throw new WeatherError('Cannot read the weather file as a scenario without a folder has none')
    const weather = readWeather(readFile(wanted.file), wanted.file)
    // Now, and not in the night in which it ends.
    for (const at of [start, end]) weather.at(at)
    return weather
  }
  return seededWeather({
    ...{ random: randomStream(seed, 'weather'), start, meanCelsius: wanted.mean },
    ...(wanted.swing !== undefined && { swingKelvin: wanted.swing }),
    ...(wanted.latitude !== undefined && { latitudeDegrees: wanted.latitude }),
  })
}
