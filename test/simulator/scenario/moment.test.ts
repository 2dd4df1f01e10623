import { expect, test } from 'vitest'
import { formatInstant } from '#contract/clock.ts'
import { type Instant, instant } from '#contract/time.ts'
import { isMoment, momentOf } from '../../../simulator/scenario/moment.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const BERLIN = 'Europe/Berlin'

test.for([
  // The evening of 14 January, Berlin: one hour ahead of UTC.
  { text: '22:00', start: '2030-01-14T19:00:00Z', means: '2030-01-14T21:00:00.000Z' },
  { text: '07:30', start: '2030-01-14T19:00:00Z', means: '2030-01-15T06:30:00.000Z' },
  { text: '20:00', start: '2030-01-14T19:00:00Z', means: '2030-01-14T19:00:00.000Z' },
  { text: '19:59:59', start: '2030-01-14T19:00:00Z', means: '2030-01-15T18:59:59.000Z' },
  { text: '+2h', start: '2030-01-14T19:00:00Z', means: '2030-01-14T21:00:00.000Z' },
  { text: '+0s', start: '2030-01-14T19:00:00Z', means: '2030-01-14T19:00:00.000Z' },
  { text: '+1h30m', start: '2030-01-14T19:00:00Z', means: '2030-01-14T20:30:00.000Z' },
  { text: 'day 1 21:00', start: '2030-01-14T19:00:00Z', means: '2030-01-14T20:00:00.000Z' },
  { text: 'day 2 07:30', start: '2030-01-14T19:00:00Z', means: '2030-01-15T06:30:00.000Z' },
  { text: 'day 20 07:30', start: '2030-01-14T19:00:00Z', means: '2030-02-02T06:30:00.000Z' },
  // After the step before it, and not only after the start.
  { text: '21:00', start: '2030-01-14T19:00:00Z', after: '2030-01-14T22:00:00Z', means: '2030-01-15T20:00:00.000Z' },
  { text: '+1h', start: '2030-01-14T19:00:00Z', after: '2030-01-14T22:00:00Z', means: '2030-01-14T20:00:00.000Z' },
  // 31 March: 02:00 to 03:00 is skipped. Seven o'clock is one hour nearer.
  { text: '07:00', start: '2030-03-30T22:00:00Z', means: '2030-03-31T05:00:00.000Z' },
  { text: '02:30', start: '2030-03-30T22:00:00Z', means: '2030-03-31T01:30:00.000Z' },
  // 27 October: 02:00 to 03:00 comes twice; the first is meant, and seven is one hour further.
  { text: '02:30', start: '2030-10-26T21:00:00Z', means: '2030-10-27T00:30:00.000Z' },
  { text: '07:00', start: '2030-10-26T21:00:00Z', means: '2030-10-27T06:00:00.000Z' },
  { text: 'day 2 07:00', start: '2030-10-26T21:00:00Z', means: '2030-10-27T06:00:00.000Z' },
])('$text from $start on is $means', ({ text, start, after = start, means }) => {
  expect(isMoment(text)).toBe(true)
  expect(formatInstant(momentOf(text, at(start), at(after), BERLIN))).toBe(means)
})

test.for([
  '24:00',
  '7:5',
  '22.00',
  '22',
  'noon',
  'day 0 07:00',
  'day two 07:00',
  'day 1',
  '+',
  '+2',
  '-2h',
  '2h',
  ' 22:00',
  '',
])('"%s" is no time', (text) => {
  expect(isMoment(text)).toBe(false)
})
