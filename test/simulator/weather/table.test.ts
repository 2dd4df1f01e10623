// Weather in a table: what a good file says, and what is said about a bad one.
import { describe, expect, test } from 'vitest'
import { readWeather } from '../../../simulator/weather/file.ts'
import { at, complaint } from './reading.ts'

const HEADER = 'time,celsius,humidity_percent,sun_w_m2'
const SIX = '2030-01-14T06:00:00Z,-2,90,0'
const SEVEN = '2030-01-14T07:00:00Z,0,80,20'
const EIGHT = '2030-01-14T08:00:00Z,4,70,60'

describe('a table', () => {
  const weather = readWeather([HEADER, SIX, SEVEN, EIGHT].join('\n'), 'w.csv')
  const night = { celsius: -2, humidityPercent: 90, sunWattsPerSquareMetre: 0 }

  test('is what it says at its times, and straight in between', () => {
    expect(weather.at(at('2030-01-14T06:00:00Z'))).toEqual(night)
    expect(weather.at(at('2030-01-14T06:30:00Z'))).toEqual({
      celsius: -1,
      humidityPercent: 85,
      sunWattsPerSquareMetre: 10,
    })
    expect(weather.at(at('2030-01-14T07:15:00Z')).celsius).toBe(1)
    expect(weather.at(at('2030-01-14T08:00:00Z')).celsius).toBe(4)
    // Backwards in time again.
    expect(weather.at(at('2030-01-14T06:00:00Z'))).toEqual(night)
  })

  test.for(['2030-01-14T05:59:59Z', '2030-01-14T08:00:01Z'])('reaches no further than it does: %s', (when) => {
    expect(() => weather.at(at(when))).toThrow(/as w\.csv reaches from 2030-01-14T06:00:00\S* to 2030-01-14T08:00:00/)
  })

  test.for([
    { what: 'from a spreadsheet', text: `\uFEFF${[HEADER, SIX, SEVEN].join('\r\n')}\r\n\r\n` },
    {
      what: 'with its columns in another order, and spaces',
      text: [
        ' sun_w_m2, humidity_percent , celsius,time',
        '0, 90, -2, 2030-01-14T07:00:00+01:00',
        '0,90,1,2030-01-14T08:00:00+01:00',
      ].join('\n'),
    },
  ])('$what is read too', ({ text }) => {
    expect(readWeather(text, 'w.csv').at(at('2030-01-14T06:00:00Z'))).toEqual(night)
  })

  test('that tells of nothing but warmth is a damp night', () => {
    const bare = readWeather('time,celsius\n2030-01-14T06:00:00Z,-2\n2030-01-14T07:00:00Z,-2', 'w.csv')
    expect(bare.at(at('2030-01-14T06:20:00Z'))).toEqual({ ...night, humidityPercent: 80 })
  })

  test('may be of any step, and one that is a little late is not missing', () => {
    const uneven = [
      HEADER,
      SIX,
      '2030-01-14T06:10:00Z,0,80,0',
      '2030-01-14T06:24:00Z,4,80,0',
      '2030-01-14T06:34:00Z,4,80,0',
    ]
    expect(readWeather(uneven.join('\n'), 'w.csv').at(at('2030-01-14T06:17:00Z')).celsius).toBe(2)
  })

  test.for([
    { what: 'empty', lines: [], says: ':1: Cannot read the weather as the file must not be empty' },
    { what: 'blank', lines: ['', '  ', ''], says: ':1: Cannot read the weather as the file must not be empty' },
    {
      what: 'of an unknown column',
      lines: ['time,kelvin', SIX],
      says: ':1: Cannot read the weather as its columns must be of time, celsius, humidity_percent, sun_w_m2: got "kelvin"',
    },
    {
      what: 'without warmth',
      lines: ['time,humidity_percent', '2030-01-14T06:00:00Z,4'],
      says: ':1: Cannot read the weather as it must have a column celsius',
    },
    {
      what: 'without time',
      lines: ['celsius', '4'],
      says: ':1: Cannot read the weather as it must have a column time',
    },
    {
      what: 'of one column twice',
      lines: ['time,celsius,celsius', '2030-01-14T06:00:00Z,4,5'],
      says: ':1: Cannot read the weather as each column must be there once',
    },
    {
      what: 'of one line',
      lines: [HEADER, SIX],
      says: ':1: Cannot read the weather as it must have two lines of weather at least',
    },
    {
      what: 'with a word for a number',
      lines: [HEADER, SIX, '2030-01-14T07:00:00Z,mild,80,20'],
      says: ':3: Cannot read the weather as celsius must be a number: got "mild"',
    },
    {
      what: 'with a value missing',
      lines: [HEADER, SIX, '2030-01-14T07:00:00Z,1,,20'],
      says: ':3: Cannot read the weather as humidity_percent must be a number: got ""',
    },
    {
      what: 'with 99.9 for a value that is missing',
      lines: [HEADER, '2030-01-14T05:00:00Z,99.9,80,20', SIX],
      says: ':2: Cannot read the weather as celsius must be from -70 to 70, or is missing: got 99.9',
    },
    {
      what: 'with air that holds less than nothing',
      lines: [HEADER, SIX, '2030-01-14T07:00:00Z,1,-1,20'],
      says: ':3: Cannot read the weather as humidity_percent must be from 0 to 110',
    },
    {
      what: 'with a sun that is dark',
      lines: [HEADER, SIX, '2030-01-14T07:00:00Z,1,80,-5'],
      says: ':3: Cannot read the weather as sun_w_m2 must be from 0 to 2000',
    },
    {
      what: 'with too few values in a line',
      lines: [HEADER, SIX, '2030-01-14T07:00:00Z,1'],
      says: ':3: Cannot read the weather as each line must have 4 values: got 2',
    },
    {
      what: 'with too many',
      lines: [HEADER, SIX, `${SEVEN},1`],
      says: ':3: Cannot read the weather as each line must have 4 values: got 5',
    },
    {
      what: 'with a line left empty',
      lines: [HEADER, SIX, '', SEVEN],
      says: ':3: Cannot read the weather as each line must have 4 values: got 1',
    },
    {
      what: 'with a time that is none',
      lines: [HEADER, 'six o’clock,1,80,0', SEVEN],
      says: ':2: Cannot read the weather as time must be like 2030-01-14T06:00:00Z: got "six o’clock"',
    },
    {
      what: 'with a time of no zone, which is another on another machine',
      lines: [HEADER, '2030-01-14T06:00:00,1,80,0', SEVEN],
      says: ':2: Cannot read the weather as time must be like',
    },
    {
      what: 'with times that fall',
      lines: [HEADER, SEVEN, SIX],
      says: ':3: Cannot read the weather as times must rise from line to line',
    },
    {
      what: 'with times that turn round and go on falling',
      lines: [HEADER, SIX, EIGHT, SEVEN, '2030-01-14T06:30:00Z,0,80,0', '2030-01-14T06:15:00Z,0,80,0'],
      says: ':4: Cannot read the weather as times must rise',
    },
    {
      what: 'with a time that comes twice',
      lines: [HEADER, SIX, SIX, SEVEN],
      says: ':3: Cannot read the weather as times must rise',
    },
    {
      what: 'with an hour missing',
      lines: [HEADER, SIX, SEVEN, EIGHT, '2030-01-14T10:00:00Z,4,70,60'],
      says: ':5: Cannot read the weather as nothing may be missing: 120 minutes after the line before, where 60 are usual',
    },
  ])('that is $what is refused, with file and line', ({ lines, says }) => {
    expect(complaint(lines.join('\n'), 'data/w.csv')).toContain(`data/w.csv${says}`)
  })
})
