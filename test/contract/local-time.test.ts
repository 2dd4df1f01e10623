import { describe, expect, test } from 'vitest'
import { dateOf, parseInstant } from '#contract/clock.ts'
import { dayNumberOf, formatLocal, instantOf, localOf, nextLocal } from '#contract/local-time.ts'
import { instant } from '#contract/time.ts'

const at = (text: string) => parseInstant(text) ?? instant(Number.NaN)

/** `2030-03-31 02:30` as the wall would say it. */
function onTheWall(text: string) {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number)
  return { year, month, day, hour, minute }
}

// Expected values are those of the zones' rules (IANA tzdata), written by hand.
test.for([
  { zone: 'UTC', wall: '2030-03-31 01:30', utc: '2030-03-31T01:30:00Z' },
  { zone: 'Europe/London', wall: '2030-01-14 06:30', utc: '2030-01-14T06:30:00Z' },
  { zone: 'Europe/London', wall: '2030-07-14 06:30', utc: '2030-07-14T05:30:00Z' },
  { zone: 'Europe/London', wall: '2030-03-31 00:59', utc: '2030-03-31T00:59:00Z' },
  { zone: 'Europe/London', wall: '2030-03-31 02:00', utc: '2030-03-31T01:00:00Z' },
  { zone: 'Europe/Berlin', wall: '2030-03-31 06:30', utc: '2030-03-31T04:30:00Z' },
  { zone: 'Europe/Berlin', wall: '2030-10-27 06:30', utc: '2030-10-27T05:30:00Z' },
  { zone: 'America/New_York', wall: '2030-03-10 06:30', utc: '2030-03-10T10:30:00Z' },
  { zone: 'America/New_York', wall: '2030-11-03 06:30', utc: '2030-11-03T11:30:00Z' },
  { zone: 'Australia/Lord_Howe', wall: '2030-04-07 06:30', utc: '2030-04-06T20:00:00Z' },
  { zone: 'Australia/Lord_Howe', wall: '2030-10-06 06:30', utc: '2030-10-05T19:30:00Z' },
])('$wall in $zone is $utc, and back', ({ zone, wall, utc }) => {
  expect(dateOf(instantOf(zone, onTheWall(wall)))).toEqual(dateOf(at(utc)))
  expect(localOf(zone, at(utc))).toMatchObject(onTheWall(wall))
})

describe('in spring', () => {
  test.for([
    { zone: 'Europe/London', wall: '2030-03-31 01:30', utc: '2030-03-31T01:30:00Z', means: '2030-03-31 02:30' },
    { zone: 'Europe/Berlin', wall: '2030-03-31 02:00', utc: '2030-03-31T01:00:00Z', means: '2030-03-31 03:00' },
    { zone: 'America/New_York', wall: '2030-03-10 02:30', utc: '2030-03-10T07:30:00Z', means: '2030-03-10 03:30' },
    { zone: 'Australia/Lord_Howe', wall: '2030-10-06 02:10', utc: '2030-10-05T15:40:00Z', means: '2030-10-06 02:40' },
  ])('$wall in $zone is skipped and means $means', ({ zone, wall, utc, means }) => {
    expect(dateOf(instantOf(zone, onTheWall(wall)))).toEqual(dateOf(at(utc)))
    expect(localOf(zone, at(utc))).toMatchObject(onTheWall(means))
  })
})

describe('in autumn', () => {
  test.for([
    { zone: 'Europe/London', wall: '2030-10-27 01:30', first: '2030-10-27T00:30:00Z', second: '2030-10-27T01:30:00Z' },
    { zone: 'Europe/Berlin', wall: '2030-10-27 02:30', first: '2030-10-27T00:30:00Z', second: '2030-10-27T01:30:00Z' },
    {
      zone: 'America/New_York',
      wall: '2030-11-03 01:00',
      first: '2030-11-03T05:00:00Z',
      second: '2030-11-03T06:00:00Z',
    },
    {
      zone: 'Australia/Lord_Howe',
      wall: '2030-04-07 01:45',
      first: '2030-04-06T14:45:00Z',
      second: '2030-04-06T15:15:00Z',
    },
  ])('$wall in $zone comes twice and means the first', ({ zone, wall, first, second }) => {
    expect(dateOf(instantOf(zone, onTheWall(wall)))).toEqual(dateOf(at(first)))
    expect(localOf(zone, at(second))).toMatchObject(onTheWall(wall))
  })
})

test.for(['Europe/London', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'])(
  'every three hours of a year in %s are the same there and back, but for what comes twice',
  (zone) => {
    for (
      let when = at('2030-01-01T00:15:00Z');
      when < at('2031-01-01T00:00:00Z');
      when = instant(when + 3 * 3_600_000)
    ) {
      const back = instantOf(zone, localOf(zone, when))
      expect([0, 30, 60]).toContain((when - back) / 60_000)
      expect(localOf(zone, back)).toEqual(localOf(zone, when))
    }
  },
)

test('weekdays are counted from Monday', () => {
  expect(localOf('UTC', at('2030-01-14T12:00:00Z')).weekday).toBe(1)
  expect(localOf('UTC', at('2030-01-13T23:59:59Z')).weekday).toBe(7)
  expect(localOf('America/New_York', at('2030-01-14T03:00:00Z')).weekday).toBe(7)
})

test('a day past the end of its month counts on', () => {
  expect(instantOf('UTC', onTheWall('2030-02-29 00:00'))).toBe(at('2030-03-01T00:00:00Z'))
})

test('seconds count', () => {
  expect(instantOf('Europe/Berlin', { ...onTheWall('2030-01-14 06:30'), second: 7 })).toBe(at('2030-01-14T05:30:07Z'))
  expect(localOf('Europe/Berlin', at('2030-01-14T05:30:07.900Z')).second).toBe(7)
})

test('days are numbered from the first of 1970', () => {
  expect(dayNumberOf({ year: 1970, month: 1, day: 1 })).toBe(0)
  expect(dayNumberOf({ year: 2030, month: 1, day: 14 })).toBe(21_928)
})

test('a zone that does not exist is named', () => {
  const wanted = new RangeError('Cannot use the time zone as it must be one like Europe/London: got "Europe/Atlantis"')
  expect(() => localOf('Europe/Atlantis', instant(0))).toThrow(wanted)
  expect(() => instantOf('Europe/Atlantis', onTheWall('2030-01-14 06:30'))).toThrow(wanted)
})

test.for([
  { what: 'later the same day', from: '2030-01-14T05:00:00Z', expected: '2030-01-14T06:30:00Z' },
  { what: 'the next day when it is that time now', from: '2030-01-14T06:30:00Z', expected: '2030-01-15T06:30:00Z' },
  {
    what: 'an hour sooner the night the clock goes on',
    from: '2030-03-30T06:30:00Z',
    expected: '2030-03-31T05:30:00Z',
  },
  { what: 'an hour later the night it goes back', from: '2030-10-26T05:30:00Z', expected: '2030-10-27T06:30:00Z' },
])('the next 06:30 in London is $what', ({ from, expected }) => {
  expect(dateOf(nextLocal('Europe/London', at(from), { hour: 6, minute: 30 }))).toEqual(dateOf(at(expected)))
})

test('reports say the day and the time', () => {
  expect(formatLocal('Europe/Berlin', at('2030-01-14T02:12:00Z'))).toBe('Mon 03:12')
})
