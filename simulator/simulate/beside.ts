// Files that a scenario names. It may come from anybody's pull request, so it reads what lies beside it and nothing else of the machine.
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { WeatherError } from '../weather/weather.ts'

/** A year by the hour has about 1.5 MB. */
const LARGEST = 10 * 1024 * 1024

/** Reads `name`, a regular file in the folder of the scenario `file` or below it. Throws a `WeatherError`. */
export function readBeside(file: string, name: string): string {
  const folder = realpathSync(dirname(file))
  const path = realOf(join(folder, name))
  if (path === undefined) throw new WeatherError(`Cannot read ${name} as it must lie beside ${file}: it is not there`)
  if (!path.startsWith(folder + sep)) {
    throw new WeatherError(`Cannot read ${name} as it must lie beside ${file}: it leads elsewhere`)
  }
  const found = statSync(path)
  if (!found.isFile() || found.size > LARGEST) {
    throw new WeatherError(`Cannot read ${name} as it must be a file of at most 10 MB: it is none`)
  }
  return readFileSync(path, 'utf8')
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
