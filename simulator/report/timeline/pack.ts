// From a report to what its page draws. Names that come thousands of times are written once: a page is to stay small enough to send.

import { dayNumberOf, localOf } from '#contract/local-time.ts'
import { instant } from '#contract/time.ts'
import type { Report, ReportedMessage } from '../report.ts'
import { failedOf } from '../words.ts'
import { panelsOf } from './curves.ts'
import type { Band, PageData, PageMark, Tone } from './page-data.ts'

/** A page holds this many messages, and of each payload this many characters; a report as JSON has all of them. */
export const MESSAGES_AT_MOST = 30_000
export const PAYLOAD_AT_MOST = 2000
/** Characters of all payloads together. */
const PAYLOADS_AT_MOST = 2_500_000

export function pack(report: Report): PageData {
  const { startedAt, lengthMillis, series } = report
  const messages = fitting(report.messages)
  const senders = [...new Set(messages.map(({ from }) => from))].sort()
  const topics = [...new Set(messages.map(({ topic }) => topic))]
  const [senderAt, topicAt] = [placesOf(senders), placesOf(topics)]
  return {
    ...{ startedAt, lengthMillis, senders, topics },
    offsets: offsetsOf(report),
    panels: panelsOf(series, lengthMillis),
    bands: series
      .filter(({ kind, points }) => kind === 'states' && points.length > 0)
      .map(({ name, points }): Band => {
        return { name, states: points.map(([at, value]) => [at, String(value), toneOf(name, String(value))]) }
      }),
    marks: marksOf(report),
    messages: messages.map(({ at, from, topic, payload, retain }) => {
      return [at, senderAt.get(from) ?? 0, topicAt.get(topic) ?? 0, payload, retain ? 1 : 0]
    }),
    messagesLeftOut: report.messages.length - messages.length,
  }
}

const placesOf = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, place) => [name, place]))

/** The first messages, as many as fit, each with as much of its payload as fits. */
function fitting(messages: readonly ReportedMessage[]): readonly ReportedMessage[] {
  let room = PAYLOADS_AT_MOST
  const kept: ReportedMessage[] = []
  for (const message of messages.slice(0, MESSAGES_AT_MOST)) {
    const { payload } = message
    const rest = payload.length - PAYLOAD_AT_MOST
    const shown = rest > 0 ? `${payload.slice(0, PAYLOAD_AT_MOST)}… and ${rest} characters more` : payload
    room -= shown.length
    if (room < 0) break
    kept.push({ ...message, payload: shown })
  }
  return kept
}

/** What breaks is a mark, and so is each check that failed. */
function marksOf(report: Report): readonly PageMark[] {
  const failures = failedOf(report).map(({ name, because, at = report.lengthMillis }): PageMark => {
    const on = Math.min(at, report.lengthMillis)
    return { at: on, until: on, kind: 'failure', text: because === undefined ? name : `${name}: ${because}` }
  })
  const said = new Set(failures.map(({ text }) => text))
  const marks = report.marks
    // A broken rule is among the events and among the checks: once is enough.
    .filter(({ text }) => !said.has(text))
    .map(({ at, kind, text, until = at }): PageMark => ({ at, until, kind, text }))
  return [...failures, ...marks].sort((a, b) => a.at - b.at)
}

const QUIET = ['off', 'idle', 'ok', 'up', 'disarmed', 'online', 'ready', 'closed', 'none', 'normal', 'false']
const BAD = /^(triggered|down|lost|offline|fault|frost)$|fault|failure|stale|stuck/

function toneOf(name: string, value: string): Tone {
  if (BAD.test(value) || (name === 'siren' && value === 'on')) return 'bad'
  return QUIET.includes(value) ? 'quiet' : 'busy'
}

/** No zone changes twice in so short a time. */
const SEARCH_EVERY_MILLIS = 6 * 3_600_000

/** Where the wall clock stands against UTC, and when that changes during the run. */
function offsetsOf({ zone, startedAt, lengthMillis }: Report): PageData['offsets'] {
  const offsetAt = (at: number): number => {
    const seconds = Math.floor((startedAt + at) / 1000)
    const { year, month, day, hour, minute, second } = localOf(zone, instant(seconds * 1000))
    return (dayNumberOf({ year, month, day }) * 86_400 + hour * 3600 + minute * 60 + second - seconds) * 1000
  }
  const offsets: [number, number][] = [[0, offsetAt(0)]]
  for (let from = 0; from < lengthMillis; from += SEARCH_EVERY_MILLIS) {
    let [low, high] = [from, Math.min(from + SEARCH_EVERY_MILLIS, lengthMillis)]
    const after = offsetAt(high)
    if (offsetAt(low) === after) continue
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle) === after) high = middle
      else low = middle
    }
    offsets.push([high, after])
  }
  return offsets
}
