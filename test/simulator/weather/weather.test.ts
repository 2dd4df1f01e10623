import { expect, test } from 'vitest'
import { parseInstant } from '#contract/clock.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { randomStream } from '../../../simulator/random.ts'
import { readWeather } from '../../../simulator/weather/file.ts'
import { seededWeather } from '../../../simulator/weather/seeded.ts'
import { clearSky, sineOfAltitude } from '../../../simulator/weather/sun.ts'

const at = (text: string): Instant => parseInstant(text) ?? instant(Number.NaN)
const START = at('2030-01-01T00:00:00Z')
const seeded = (seed = 1, options = {}) =>
  seededWeather({ random: randomStream(seed, 'weather'), start: START, meanCelsius: 6, swingKelvin: 3, ...options })
const later = (hour: number) => instant(START + hours(hour))

test('the same seed is the same weather, in whatever order it is asked for', () => {
  const [one, other] = [seeded(), seeded()]
  const asked = [5, 100, 0, 37.5, 2]
  const answers = asked.map((hour) => one.at(later(hour)))
  expect([...asked].sort().map((hour) => other.at(later(hour)))).toEqual(
    [...asked].sort().map((hour) => answers[asked.indexOf(hour)]),
  )
  expect(seeded(2).at(later(5))).not.toEqual(one.at(later(5)))
})

test('a year has the mean, the daily swing and the memory that it was asked for', () => {
  const weather = seeded()
  const year = Array.from({ length: 8760 }, (_, hour) => weather.at(later(hour)).celsius)
  const mean = year.reduce((sum, celsius) => sum + celsius, 0) / year.length
  expect(Math.abs(mean - 6)).toBeLessThan(0.5)
  const ofHour = (wanted: number) =>
    year.filter((_, hour) => hour % 24 === wanted).reduce((sum, celsius) => sum + celsius, 0) / 365
  expect(ofHour(17) - ofHour(5)).toBeGreaterThan(5)
  expect(ofHour(17) - ofHour(5)).toBeLessThan(7)
  // What is left without the day's curve takes after the hour before: AR(1).
  const rest = year.map((celsius, hour) => celsius - ofHour(hour % 24))
  const product = (shift: number) => rest.slice(shift).reduce((sum, each, index) => sum + each * (rest[index] ?? 0), 0)
  const correlation = product(1) / product(0)
  expect(correlation).toBeGreaterThan(0.9)
  expect(correlation).toBeLessThan(0.98)
  for (const hour of [0, 777, 5000]) {
    const { humidityPercent, sunWattsPerSquareMetre } = weather.at(later(hour))
    expect(humidityPercent).toBeGreaterThan(0)
    expect(humidityPercent).toBeLessThanOrEqual(100)
    expect(sunWattsPerSquareMetre).toBeGreaterThanOrEqual(0)
  }
})

test.for([
  { when: 'a summer noon in London', time: '2030-06-21T12:00:00Z', degrees: 62 },
  { when: 'a winter noon in London', time: '2030-12-21T12:00:00Z', degrees: 15 },
  { when: 'an equinox noon in London', time: '2030-03-21T12:00:00Z', degrees: 38.5 },
])('the sun of $when stands at about $degrees°', ({ time, degrees }) => {
  const altitude = (Math.asin(sineOfAltitude(at(time), 51.5, 0)) * 180) / Math.PI
  expect(Math.abs(altitude - degrees)).toBeLessThan(1.5)
})

test('at night there is none, and on the other side of the world it is day', () => {
  expect(sineOfAltitude(at('2030-06-21T00:00:00Z'), 51.5, 0)).toBeLessThan(0)
  expect(sineOfAltitude(at('2030-06-21T00:00:00Z'), 51.5, 180)).toBeGreaterThan(0)
  expect([clearSky(-0.2), clearSky(0)]).toEqual([0, 0])
  expect(clearSky(1)).toBeGreaterThan(1000)
  expect(clearSky(1)).toBeLessThan(1100)
})

const CSV = [
  'time,celsius,humidity_percent,sun_w_m2',
  '2030-01-14T06:00:00Z,-2,90,0',
  '2030-01-14T07:00:00Z,0,80,20',
  '2030-01-14T08:00:00Z,4,70,60',
]

test('a table is read, and straight in between', () => {
  const weather = readWeather(CSV.join('\n'), 'w.csv')
  expect(weather.at(at('2030-01-14T06:30:00Z'))).toEqual({
    celsius: -1,
    humidityPercent: 85,
    sunWattsPerSquareMetre: 10,
  })
  expect(weather.at(at('2030-01-14T08:00:00Z')).celsius).toBe(4)
  expect(() => weather.at(at('2030-01-14T09:00:00Z'))).toThrow('w.csv reaches from 2030-01-14T06:00:00.000Z to')
})

test.for([
  { what: 'an empty file', text: '', says: 'w.csv:1: Cannot read the weather as the file must not be empty' },
  { what: 'an unknown column', text: ['time,kelvin', ...CSV.slice(1)].join('\n'), says: 'w.csv:1: ' },
  {
    what: 'no temperature',
    text: 'time,humidity_percent\n2030-01-14T06:00:00Z,4',
    says: 'it must have a column celsius',
  },
  {
    what: 'a value that is none',
    text: [CSV[0], CSV[1], '2030-01-14T07:00:00Z,mild,80,20'].join('\n'),
    says: 'w.csv:3: Cannot read the weather as celsius must be a number',
  },
  { what: 'a value missing', text: [CSV[0], CSV[1], '2030-01-14T07:00:00Z,,80,20'].join('\n'), says: 'w.csv:3: ' },
  {
    what: 'too few values',
    text: [CSV[0], CSV[1], '2030-01-14T07:00:00Z,1'].join('\n'),
    says: 'w.csv:3: Cannot read the weather as each line must have 4 values: got 2',
  },
  {
    what: 'a time that is none',
    text: [CSV[0], 'six o’clock,1,80,0', CSV[2]].join('\n'),
    says: 'w.csv:2: Cannot read the weather as time must be like',
  },
  {
    what: 'times that fall',
    text: [CSV[0], CSV[2], CSV[1]].join('\n'),
    says: 'w.csv:3: Cannot read the weather as times must rise',
  },
  {
    what: 'an hour that is missing',
    text: [...CSV, '2030-01-14T10:00:00Z,4,70,60'].join('\n'),
    says: 'w.csv:5: Cannot read the weather as nothing may be missing: 120 minutes',
  },
])('$what is refused, with file and line', ({ text, says }) => {
  expect(() => readWeather(text, 'w.csv')).toThrow(says)
})

/** A whole year of EPW; `celsius` by the hour of the year. */
function epw(celsius: (hour: number) => number | string, lines = 8760): string {
  const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const rows: string[] = []
  let hour = 0
  days.forEach((count, month) => {
    for (let day = 1; day <= count; day++) {
      for (let of = 1; of <= 24; of++) {
        const fields = ['2005', month + 1, day, of, 60, '?', celsius(hour++), 2, 80, 101000, 0, 0, 300, 150, 0, 0]
        rows.push(fields.join(','))
      }
    }
  })
  const header = ['LOCATION,Berlin,-,DEU,SRC,103840,52.47,13.40,1.0,49.0', ...Array.from({ length: 7 }, () => 'HEADER')]
  return [...header, ...rows.slice(0, lines)].join('\n')
}

test('an EPW year is in local standard time, its hours end at their number, and it comes again', () => {
  const weather = readWeather(
    epw((hour) => hour % 24),
    'berlin.epw',
  )
  // 12:30 in Berlin, the middle of hour 13 (index 12), is 11:30 in UTC.
  expect(weather.at(at('2030-01-14T11:30:00Z')).celsius).toBeCloseTo(12, 9)
  expect(weather.at(at('2031-07-01T11:30:00Z')).celsius).toBeCloseTo(12, 9)
  expect(weather.at(at('2030-01-14T12:00:00Z')).celsius).toBeCloseTo(12.5, 9)
  expect(weather.at(at('2030-01-14T11:30:00Z'))).toMatchObject({ humidityPercent: 80, sunWattsPerSquareMetre: 150 })
})

test.for([
  { what: 'a value that is marked as missing', text: epw((hour) => (hour === 30 ? '99.9' : 5)), says: 'b.epw:39: ' },
  {
    what: 'an hour that is missing',
    text: epw(() => 5)
      .split('\n')
      .toSpliced(20, 1)
      .join('\n'),
    says: 'b.epw:21: Cannot read the weather as no hour may be missing',
  },
  { what: 'half a year', text: epw(() => 5, 4000), says: 'it must have 8760 hours: got 4000' },
  { what: 'no location', text: epw(() => 5).replace('LOCATION', 'PLACE'), says: 'b.epw:1: ' },
])('an EPW file with $what is refused', ({ text, says }) => {
  expect(() => readWeather(text, 'b.epw')).toThrow(says)
})
