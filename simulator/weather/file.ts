// Weather that was measured: EnergyPlus' EPW, or a table of one's own. A file with holes in it is refused: a straight line over a missing
// night would pass for weather.
import { formatInstant, parseInstant } from '#contract/clock.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { type Outdoors, type Weather, WeatherError } from './weather.ts'

/** `fileName` is for messages, and its ending says how to read it: `.epw`, anything else is CSV. */
export function readWeather(text: string, fileName: string): Weather {
  // Spreadsheets put a byte order mark before the first column.
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  if (lines.length === 0) throw new WeatherError(`${fileName}:1: Cannot read the weather as the file must not be empty`)
  return fileName.toLowerCase().endsWith('.epw') ? readEpw(lines, fileName) : readCsv(lines, fileName)
}

/** What there can be on Earth (EnergyPlus Auxiliary Programs, "EPW CSV Format"). What measuring stations write for "missing" lies outside of it. */
const RANGES = {
  celsius: { least: -70, most: 70 },
  /** Fog may be a little more than saturated. */
  humidityPercent: { least: 0, most: 110 },
  sunWattsPerSquareMetre: { least: 0, most: 2000 },
} as const

/** Throws through `wrong` what is no number or cannot be. */
function readFigure(text: string, quantity: keyof Outdoors, wrong: (what: string) => Error): number {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) throw wrong(`must be a number: got "${text}"`)
  const { least, most } = RANGES[quantity]
  if (value < least || value > most) throw wrong(`must be from ${least} to ${most}, or is missing: got ${text}`)
  return quantity === 'humidityPercent' ? Math.min(value, 100) : value
}

const COLUMNS = {
  time: 'at',
  celsius: 'celsius',
  humidity_percent: 'humidityPercent',
  sun_w_m2: 'sunWattsPerSquareMetre',
} as const
type Row = Outdoors & { readonly at: Instant }
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

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
  if (new Set(columns).size < columns.length) throw wrong(1, `each column must be there once: got "${header}"`)

  const rows = lines.map((line, index): Row => {
    const number = index + 2
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== columns.length)
      throw wrong(number, `each line must have ${columns.length} values: got ${cells.length}`)
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    // A time without a zone would be another moment on another machine.
    const at = RFC_3339.test(cell('time')) ? parseInstant(cell('time')) : undefined
    if (at === undefined) throw wrong(number, `time must be like 2030-01-14T06:00:00Z: got "${cell('time')}"`)
    const figure = (name: Exclude<keyof typeof COLUMNS, 'time'>): number =>
      readFigure(cell(name), COLUMNS[name], (what) => wrong(number, `${name} ${what}`))
    const has = (name: string) => columns.includes(name)
    return {
      at,
      celsius: figure('celsius'),
      humidityPercent: has('humidity_percent') ? figure('humidity_percent') : 80,
      sunWattsPerSquareMetre: has('sun_w_m2') ? figure('sun_w_m2') : 0,
    }
  })
  if (rows.length < 2) throw wrong(1, 'it must have two lines of weather at least')
  const steps = rows.slice(1).map(({ at }, index) => at - (rows[index]?.at ?? at))
  const falls = steps.findIndex((step) => step <= 0)
  if (falls >= 0) throw wrong(falls + 3, 'times must rise from line to line')
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  steps.forEach((step, index) => {
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
/** Fields of a data line (EnergyPlus Auxiliary Programs, "EPW CSV Format"). */
const EPW = {
  celsius: { field: 6, name: 'the dry bulb temperature' },
  humidityPercent: { field: 8, name: 'the relative humidity' },
  sunWattsPerSquareMetre: { field: 13, name: 'the global radiation' },
} as const
const EPW_FIELDS_AT_LEAST = 14
/** Zones of the Earth, h. */
const ZONES = { least: -12, most: 14 } as const

/** A typical year by the hour, in local standard time; it comes again every year. */
function readEpw(lines: readonly string[], fileName: string): Weather {
  const wrong = (line: number, what: string) =>
    new WeatherError(`${fileName}:${line}: Cannot read the weather as ${what}`)
  const location = lines[0]?.split(',') ?? []
  const zone = location[8]?.trim() ?? ''
  const zoneHours = Number(zone)
  if (location[0] !== 'LOCATION') throw wrong(1, `an EPW file must begin with LOCATION: got "${location[0]}"`)
  if (zone === '' || !(zoneHours >= ZONES.least && zoneHours <= ZONES.most))
    throw wrong(1, `its time zone must be from ${ZONES.least} to ${ZONES.most} hours: got "${zone}"`)

  const rows = lines.slice(EPW_HEADER_LINES).map((line, index): Outdoors => {
    const number = index + EPW_HEADER_LINES + 1
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length < EPW_FIELDS_AT_LEAST)
      throw wrong(number, `each line must have ${EPW_FIELDS_AT_LEAST} fields at least: got ${cells.length}`)
    const [, month, day, hour] = cells
    const expected = hourOfYear(index)
    if (Number(month) !== expected.month || Number(day) !== expected.day || Number(hour) !== expected.hour) {
      throw wrong(
        number,
        `no hour may be missing: got ${month}/${day} hour ${hour} instead of ${expected.month}/${expected.day} hour ${expected.hour}`,
      )
    }
    const figure = (quantity: keyof typeof EPW): number => {
      const { field, name } = EPW[quantity]
      return readFigure(cells[field] ?? '', quantity, (what) => wrong(number, `${name} ${what}`))
    }
    return {
      celsius: figure('celsius'),
      humidityPercent: figure('humidityPercent'),
      sunWattsPerSquareMetre: figure('sunWattsPerSquareMetre'),
    }
  })
  if (rows.length !== HOURS_A_YEAR) throw wrong(lines.length, `it must have ${HOURS_A_YEAR} hours: got ${rows.length}`)

  return {
    at(asked) {
      const local = asked + zoneHours * hours(1)
      const begin = newYear(local)
      const isLeap = newYear(begin + 366 * DAY) === begin + 366 * DAY
      // Hour 1 ends at one o'clock: its value stands for half past twelve.
      const position = (local - begin) / hours(1) - 0.5
      const index = Math.floor(position)
      const row = (number: number) => rows[rowOf(number, isLeap)]
      const [before, after] = [row(index), row(index + 1)]
      if (before === undefined || after === undefined)
        throw new RangeError('Cannot look up the weather as its year must be whole')
      return blend({ ...before, at: instant(index) }, { ...after, at: instant(index + 1) }, position)
    },
  }
}

const DAY = hours(24)
const HOURS_BEFORE_LEAP_DAY = (31 + 28) * 24

const newYear = (at: number): number =>
  parseInstant(`${formatInstant(instant(at)).slice(0, 4)}-01-01T00:00:00Z`) ?? Number.NaN

/** 29 February is as the day before, so that the rest of a leap year keeps its season; before the first hour comes the last. */
function rowOf(hour: number, isLeap: boolean): number {
  const counted = isLeap && hour >= HOURS_BEFORE_LEAP_DAY ? hour - 24 : hour
  return (counted + HOURS_A_YEAR) % HOURS_A_YEAR
}

/** Of a year that is no leap year. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function hourOfYear(index: number): { month: number; day: number; hour: number } {
  let day = Math.floor(index / 24)
  let month = 0
  for (; day >= (DAYS[month] ?? Number.POSITIVE_INFINITY); month++) day -= DAYS[month] ?? 0
  return { month: month + 1, day: day + 1, hour: (index % 24) + 1 }
}
