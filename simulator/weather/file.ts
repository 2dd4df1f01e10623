// Weather that was measured: EnergyPlus' EPW, or a table of one's own. A file with holes in it is refused: a straight line over a missing
// night would pass for weather.
import { formatInstant, parseInstant } from '#contract/clock.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { type Outdoors, type Weather, WeatherError } from './weather.ts'

/** `fileName` is for messages, and its ending says how to read it: `.epw`, anything else is CSV. */
export function readWeather(text: string, fileName: string): Weather {
  const lines = text.split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  if (lines.length === 0) throw new WeatherError(`${fileName}:1: Cannot read the weather as the file must not be empty`)
  return fileName.toLowerCase().endsWith('.epw') ? readEpw(lines, fileName) : readCsv(lines, fileName)
}

const COLUMNS = {
  time: '',
  celsius: 'celsius',
  humidity_percent: 'humidityPercent',
  sun_w_m2: 'sunWattsPerSquareMetre',
} as const
type Row = Outdoors & { readonly at: Instant }

/** `time,celsius[,humidity_percent][,sun_w_m2]`; RFC 3339, rising, straight in between. */
function readCsv([header = '', ...lines]: readonly string[], fileName: string): Weather {
  const wrong = (line: number, what: string) =>
    new WeatherError(`${fileName}:${line}: Cannot read the weather as ${what}`)
  const columns = header.split(',').map((name) => name.trim())
  const known = Object.keys(COLUMNS)
  for (const name of columns) {
    if (!known.includes(name)) throw wrong(1, `its columns must be of ${known.join(', ')}: got "${name}"`)
  }
  for (const name of ['time', 'celsius'])
    if (!columns.includes(name)) throw wrong(1, `it must have a column ${name}: got "${header}"`)

  const rows = lines.map((line, index): Row => {
    const number = index + 2
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== columns.length)
      throw wrong(number, `each line must have ${columns.length} values: got ${cells.length}`)
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    const at = parseInstant(cell('time'))
    if (at === undefined) throw wrong(number, `time must be like 2030-01-14T06:00:00Z: got "${cell('time')}"`)
    const figure = (name: string, fallback: number): number => {
      if (!columns.includes(name)) return fallback
      const value = Number(cell(name))
      if (cell(name) === '' || !Number.isFinite(value))
        throw wrong(number, `${name} must be a number: got "${cell(name)}"`)
      return value
    }
    return {
      at,
      celsius: figure('celsius', 0),
      humidityPercent: figure('humidity_percent', 80),
      sunWattsPerSquareMetre: figure('sun_w_m2', 0),
    }
  })
  if (rows.length < 2) throw wrong(1, 'it must have two lines of weather at least')
  const steps = rows.slice(1).map(({ at }, index) => at - (rows[index]?.at ?? at))
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  steps.forEach((step, index) => {
    if (step <= 0) throw wrong(index + 3, 'times must rise from line to line')
    if (step >= 1.5 * usual) {
      throw wrong(
        index + 3,
        `nothing may be missing: ${Math.round(step / 60_000)} minutes after the line before, where ${Math.round(usual / 60_000)} are usual`,
      )
    }
  })
  return interpolating(rows, fileName)
}

function interpolating(rows: readonly Row[], fileName: string): Weather {
  const [first, last] = [rows[0], rows.at(-1)]
  let near = 0
  return {
    at(instant) {
      if (first === undefined || last === undefined || instant < first.at || instant > last.at) {
        const reach = first && last ? `${formatInstant(first.at)} to ${formatInstant(last.at)}` : 'nowhere'
        throw new WeatherError(
          `Cannot look up the weather of ${formatInstant(instant)} as ${fileName} reaches from ${reach}`,
        )
      }
      // Time mostly goes on: the row is the last one's or the next.
      if ((rows[near]?.at ?? 0) > instant) near = 0
      while ((rows[near + 1]?.at ?? Number.POSITIVE_INFINITY) <= instant) near += 1
      const before = rows[near] ?? first
      return blend(before, rows[near + 1] ?? before, instant)
    },
  }
}

function blend(before: Row, after: Row, at: number): Outdoors {
  const share = after.at === before.at ? 0 : (at - before.at) / (after.at - before.at)
  const between = (from: number, to: number) => from + (to - from) * share
  return {
    celsius: between(before.celsius, after.celsius),
    humidityPercent: between(before.humidityPercent, after.humidityPercent),
    sunWattsPerSquareMetre: between(before.sunWattsPerSquareMetre, after.sunWattsPerSquareMetre),
  }
}

const EPW_HEADER_LINES = 8
const HOURS_A_YEAR = 8760
/** Fields of a data line (EnergyPlus Auxiliary Programs, "EPW CSV Format"), and the values that mean "missing". */
const EPW = {
  celsius: { field: 6, missing: 99.9 },
  humidityPercent: { field: 8, missing: 999 },
  sunWattsPerSquareMetre: { field: 13, missing: 9999 },
} as const

/** A typical year by the hour, in local standard time; it comes again every year. */
function readEpw(lines: readonly string[], fileName: string): Weather {
  const wrong = (line: number, what: string) =>
    new WeatherError(`${fileName}:${line}: Cannot read the weather as ${what}`)
  const location = lines[0]?.split(',') ?? []
  const zoneHours = Number(location[8])
  if (location[0] !== 'LOCATION' || !Number.isFinite(zoneHours))
    throw wrong(1, 'an EPW file must begin with LOCATION and its time zone')

  const rows = lines.slice(EPW_HEADER_LINES).map((line, index): Outdoors => {
    const number = index + EPW_HEADER_LINES + 1
    const cells = line.split(',')
    const [, month, day, hour] = cells
    const expected = hourOfYear(index)
    if (Number(month) !== expected.month || Number(day) !== expected.day || Number(hour) !== expected.hour) {
      throw wrong(
        number,
        `no hour may be missing: got ${month}/${day} hour ${hour} instead of ${expected.month}/${expected.day} hour ${expected.hour}`,
      )
    }
    const figure = ({ field, missing }: { field: number; missing: number }, name: string): number => {
      const value = Number(cells[field])
      if (!Number.isFinite(value) || cells[field] === '')
        throw wrong(number, `${name} must be a number: got "${cells[field]}"`)
      if (value >= missing) throw wrong(number, `${name} must not be missing: got ${value}`)
      return value
    }
    return {
      celsius: figure(EPW.celsius, 'the dry bulb temperature'),
      humidityPercent: figure(EPW.humidityPercent, 'the relative humidity'),
      sunWattsPerSquareMetre: figure(EPW.sunWattsPerSquareMetre, 'the global radiation'),
    }
  })
  if (rows.length !== HOURS_A_YEAR) throw wrong(lines.length, `it must have ${HOURS_A_YEAR} hours: got ${rows.length}`)

  const newYear = (at: number) =>
    parseInstant(`${formatInstant(instant(at)).slice(0, 4)}-01-01T00:00:00Z`) ?? instant(0)
  return {
    at(asked) {
      const local = asked + zoneHours * hours(1)
      const since = local - newYear(local)
      // Hour 1 ends at one o'clock: its value stands for half past twelve. 29 February is as the day before.
      const position = since / hours(1) - 0.5
      const index = Math.floor(position)
      const row = (number: number) => rows[((number % HOURS_A_YEAR) + HOURS_A_YEAR) % HOURS_A_YEAR]
      const [before, after] = [row(index), row(index + 1)]
      if (before === undefined || after === undefined)
        throw new RangeError('Cannot look up the weather as its year must be whole')
      return blend({ ...before, at: instant(index) }, { ...after, at: instant(index + 1) }, position)
    },
  }
}

/** Of a year that is no leap year. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function hourOfYear(index: number): { month: number; day: number; hour: number } {
  let day = Math.floor(index / 24)
  let month = 0
  for (; day >= (DAYS[month] ?? Number.POSITIVE_INFINITY); month++) day -= DAYS[month] ?? 0
  return { month: month + 1, day: day + 1, hour: (index % 24) + 1 }
}
