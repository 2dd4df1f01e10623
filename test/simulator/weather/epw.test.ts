// Weather of a typical year, in EnergyPlus' format.
import { describe, expect, test } from 'vitest'
import { readWeather } from '../../../simulator/weather/file.ts'
import { at, complaint } from './reading.ts'

describe('an EPW year', () => {
  const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const REST = Array.from({ length: 7 }, () => 'DESIGN CONDITIONS,0')

  /** The hours of a year, each by its number from 0. */
  function epw(celsius: (hour: number) => number | string, { zone = '1.0', humidity = '80' } = {}): readonly string[] {
    const calendar = DAYS.flatMap((days, month) =>
      Array.from({ length: 24 * days }, (_, hour) => [month + 1, 1 + Math.floor(hour / 24), 1 + (hour % 24)]),
    )
    const line = (date: readonly number[], hour: number) =>
      ['2005', ...date, 60, '?9?9', celsius(hour), 2, humidity, 101_000, 0, 0, 300, 150, 0, 0].join(',')
    return [`LOCATION,Berlin,-,DEU,SRC,103840,52.47,13.40,${zone},49.0`, ...REST, ...calendar.map(line)]
  }
  const read = (lines: readonly string[]) => readWeather(lines.join('\n'), 'berlin.EPW')
  const byNumber = read(epw((hour) => hour / 200))
  /** Which hour of the file, from 0, is the weather of this moment. */
  const hourAt = (when: string) => byNumber.at(at(when)).celsius * 200

  test('is in the standard time of its place, and each hour ends at its number', () => {
    // 12:30 in Berlin, the middle of hour 13, is 11:30 in UTC; it is so in summer too.
    expect(hourAt('2030-01-01T11:30:00Z')).toBeCloseTo(12, 6)
    expect(hourAt('2030-07-01T11:30:00Z')).toBeCloseTo(181 * 24 + 12, 6)
    expect(read(epw((hour) => hour / 200, { zone: '-8' })).at(at('2030-01-01T20:30:00Z')).celsius * 200).toBeCloseTo(
      12,
      6,
    )
  })

  test('is straight between the middles of its hours, and says all three things', () => {
    expect(hourAt('2030-01-01T12:00:00Z')).toBeCloseTo(12.5, 6)
    expect(byNumber.at(at('2030-01-01T12:15:00Z'))).toMatchObject({ humidityPercent: 80, sunWattsPerSquareMetre: 150 })
  })

  test('comes again every year, its first hour after its last', () => {
    expect(hourAt('2041-01-01T11:30:00Z')).toBeCloseTo(12, 6)
    expect(hourAt('2030-12-31T22:30:00Z')).toBeCloseTo(8759, 6)
    expect(hourAt('2030-12-31T23:00:00Z')).toBeCloseTo(8759 / 2, 6)
    expect(hourAt('2030-12-31T23:30:00Z')).toBeCloseTo(0, 6)
  })

  test('in a leap year has 28 February twice, and the rest of it keeps its days', () => {
    const march = 59 * 24
    expect(hourAt('2032-02-28T11:30:00Z')).toBeCloseTo(march - 12, 6)
    expect(hourAt('2032-02-29T11:30:00Z')).toBeCloseTo(march - 12, 6)
    expect(hourAt('2032-03-01T11:30:00Z')).toBeCloseTo(march + 12, 6)
    expect(hourAt('2032-12-31T22:30:00Z')).toBeCloseTo(8759, 6)
    expect(hourAt('2031-03-01T11:30:00Z')).toBeCloseTo(march + 12, 6)
  })

  test('takes fog for saturated air', () => {
    expect(read(epw(() => 5, { humidity: '104' })).at(at('2030-01-01T12:00:00Z')).humidityPercent).toBe(100)
  })

  const good = epw(() => 5)
  const [first = ''] = good.slice(8)
  test.for([
    {
      what: '99.9 for a missing temperature',
      lines: epw((hour) => (hour === 30 ? '99.9' : 5)),
      says: ':39: Cannot read the weather as the dry bulb temperature must be from -70 to 70, or is missing: got 99.9',
    },
    {
      what: '999 for a missing humidity',
      lines: epw(() => 5, { humidity: '999' }),
      says: ':9: Cannot read the weather as the relative humidity must be from 0 to 110, or is missing: got 999',
    },
    {
      what: '9999 for a missing sun',
      lines: good.with(8, first.replace(',150,', ',9999,')),
      says: ':9: Cannot read the weather as the global radiation must be from 0 to 2000, or is missing: got 9999',
    },
    {
      what: 'a word for a number',
      lines: good.with(8, first.replace(',5,', ',warm,')),
      says: ':9: Cannot read the weather as the dry bulb temperature must be a number: got "warm"',
    },
    {
      what: 'a blank for a number',
      lines: good.with(8, first.replace(',5,', ', ,')),
      says: ':9: Cannot read the weather as the dry bulb temperature must be a number: got ""',
    },
    {
      what: 'a line that is cut short',
      lines: good.with(8, first.slice(0, 20)),
      says: ':9: Cannot read the weather as each line must have 14 fields at least: got 7',
    },
    {
      what: 'an hour missing',
      lines: good.toSpliced(20, 1),
      says: ':21: Cannot read the weather as no hour may be missing: got 1/1 hour 14 instead of 1/1 hour 13',
    },
    {
      what: 'an hour twice',
      lines: good.toSpliced(20, 0, good[20] ?? ''),
      says: ':22: Cannot read the weather as no hour may be missing: got 1/1 hour 13 instead of 1/1 hour 14',
    },
    {
      what: 'half a year',
      lines: good.slice(0, 8 + 4_000),
      says: ':4008: Cannot read the weather as it must have 8760 hours: got 4000',
    },
    {
      what: 'a header alone',
      lines: good.slice(0, 8),
      says: ':8: Cannot read the weather as it must have 8760 hours: got 0',
    },
    {
      what: 'no place',
      lines: good.with(0, 'PLACE,Berlin'),
      says: ':1: Cannot read the weather as an EPW file must begin with LOCATION: got "PLACE"',
    },
    {
      what: 'no time zone',
      lines: epw(() => 5, { zone: '' }),
      says: ':1: Cannot read the weather as its time zone must be from -12 to 14 hours: got ""',
    },
    {
      what: 'a time zone that is nowhere',
      lines: epw(() => 5, { zone: '60' }),
      says: ':1: Cannot read the weather as its time zone must be from -12 to 14 hours: got "60"',
    },
  ])('with $what is refused, with file and line', ({ lines, says }) => {
    expect(complaint(lines.join('\n'), 'b.epw')).toBe(`b.epw${says}`)
  })
})
