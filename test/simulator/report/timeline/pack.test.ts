import { expect, test } from 'vitest'
import type { Series } from '../../../../simulator/report/report.ts'
import { held, panelsOf, thin } from '../../../../simulator/report/timeline/curves.ts'
import { joinModules } from '../../../../simulator/report/timeline/inline.ts'
import { MESSAGES_AT_MOST, PAYLOAD_AT_MOST, pack } from '../../../../simulator/report/timeline/pack.ts'
import { aReport, failedCheck } from '../a-report.ts'

const MINUTE = 60_000
const HOUR = 3_600_000

test('over a gap a curve stays where it was until a minute before the next point, and after the last one to the end', () => {
  expect(
    held(
      [
        [0, 19],
        [MINUTE, 20],
        [HOUR, 25],
      ],
      2 * HOUR,
    ),
  ).toEqual([
    [0, 19],
    [MINUTE, 20],
    [HOUR - MINUTE, 20],
    [HOUR, 25],
    [2 * HOUR, 25],
  ])
})

test('a curve that is thinned keeps its ends, its peak and its trough', () => {
  const points = Array.from(
    { length: 50_000 },
    (_, at) => [at, at === 31_234 ? 99 : at === 777 ? -99 : at % 7] as const,
  )
  const kept = thin(points, 1000)
  expect(kept.length).toBeLessThanOrEqual(1004)
  expect(kept).toEqual(expect.arrayContaining([points[0], points[777], points[31_234], points[49_999]]))
  expect(kept.map(([at]) => at)).toEqual(kept.map(([at]) => at).toSorted((a, b) => a - b))
})

const line = (name: string, peak: number, unit = '°C'): Series => ({
  name,
  unit,
  kind: 'line',
  points: [
    [0, 20],
    [1, peak],
  ],
})
test.for([
  { what: 'rooms and weather compare', series: [line('outdoors', 20), line('air', 22)], panels: [['outdoors', 'air']] },
  {
    what: 'a toaster towers over them',
    series: [line('outdoors', 20), line('air', 22), line('case', 80)],
    panels: [['outdoors', 'air'], ['case']],
  },
  {
    what: 'another unit is another axis',
    series: [line('air', 22), line('damp', 60, '%')],
    panels: [['air'], ['damp']],
  },
  { what: 'a curve without points is none', series: [{ ...line('air', 1), points: [] }], panels: [] },
])('$what', ({ series, panels }) => {
  expect(panelsOf(series, 1).map(({ curves }) => curves.map(({ name }) => name))).toEqual(panels)
})

test('the wall clock of the page goes forward at the millisecond at which the zone says so', () => {
  // From 18:00 in Berlin to 02:00 in winter time are eight hours.
  expect(pack(aReport()).offsets).toEqual([
    [0, HOUR],
    [8 * HOUR, 2 * HOUR],
  ])
  expect(pack(aReport({ zone: 'Asia/Kathmandu' })).offsets).toEqual([[0, 5.75 * HOUR]])
})

test('failed checks are marks, once each, and never after the end', () => {
  const name = 'panel: the siren ends'
  const { marks } = pack(
    aReport({
      checks: [
        { ...failedCheck, at: 99 * HOUR },
        { name, kind: 'safety', outcome: 'failed', at: 5, because: 'it did not' },
      ],
      marks: [
        { at: 5, kind: 'event', text: `${name}: it did not` },
        { at: 1, kind: 'fault', text: 'hub: kill', until: 4 },
      ],
    }),
  )
  expect(marks.map(({ at, until, kind }) => [at, until, kind])).toEqual([
    [1, 4, 'fault'],
    [5, 5, 'failure'],
    [12 * HOUR, 12 * HOUR, 'failure'],
  ])
})

test('messages name sender and topic by their places, long payloads are cut, and what does not fit is counted', () => {
  const message = { at: 1, from: 'b', topic: 't', payload: 'x'.repeat(PAYLOAD_AT_MOST + 5), retain: true }
  const { messages, senders, topics, messagesLeftOut } = pack(
    aReport({ messages: [message, { ...message, from: 'a', payload: '', retain: false }] }),
  )
  expect([senders, topics, messagesLeftOut]).toEqual([['a', 'b'], ['t'], 0])
  expect(messages).toEqual([
    [1, 1, 0, `${'x'.repeat(PAYLOAD_AT_MOST)}… and 5 characters more`, 1],
    [1, 0, 0, '', 0],
  ])
  const many = Array.from({ length: MESSAGES_AT_MOST + 7 }, () => ({ ...message, payload: '1' }))
  expect(pack(aReport({ messages: many })).messagesLeftOut).toBe(7)
})

test.for([
  { what: 'comes before what it imports', text: "import { a } from './later.js'\n" },
  { what: 'imports a package', text: "import { a } from 'package'\n" },
  { what: 'exports a default', text: 'export default 1\n' },
])('a script that $what is not joined', ({ text }) => {
  expect(() => joinModules([{ name: 'early.js', text }])).toThrow(/^Cannot join early\.js as /)
})

test('modules are one script, in their order', () => {
  const joined = joinModules([
    { name: 'a.js', text: 'export const a = 1\n' },
    { name: 'b.js', text: "import { a } from './a.js'\n\nexport function b() {\n  return a\n}\n" },
  ])
  expect(joined).toBe("'use strict'\nconst a = 1\n\n\nfunction b() {\n  return a\n}\n")
})
