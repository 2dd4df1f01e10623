// Every message of the home with its virtual time, in one order that does not depend on the machine: by time, then by who sent it, then by
// the order in which they did.
import { createHash } from 'node:crypto'
import { formatInstant } from '#contract/clock.ts'
import { kindOf } from '#contract/ids.ts'
import type { Instant, Millis } from '#contract/time.ts'
import { AUTHZ_TOPIC, parseTopic } from '#contract/topics.ts'
import type { Accepted } from '../hub.ts'

export interface Entry {
  /** Milliseconds since the home began. */
  readonly at: Millis
  readonly time: Instant
  /** The OAuth client that sent it; `hub` for the hub itself. */
  readonly from: string
  readonly topic: string
  /** As it was, except that codes and tokens are left out. */
  readonly payload: string
  readonly retain: boolean
}

export interface Transcript {
  readonly entries: readonly Entry[]
  /** One JSON object a line, each ended by a newline. */
  ndjson(): string
  /** SHA-256 of `ndjson()`, hex. The same seed gives the same on every machine. */
  hash(): string
}

export interface OpenTranscript extends Transcript {
  /** Ports are the machine's: wherever this origin is named, the transcript names the home instead. */
  callHomeBy(origin: string): void
  add(message: Accepted, at: Millis, time: Instant): Entry
}

export function createTranscript(): OpenTranscript {
  const entries: Entry[] = []
  let home: string | undefined
  const inOrder = () =>
    entries
      .map((entry, order) => ({ entry, order }))
      .sort((a, b) => a.entry.at - b.entry.at || compare(a.entry.from, b.entry.from) || a.order - b.order)
      .map(({ entry }) => entry)
  const ndjson = () => inOrder().map(formatEntry).join('')
  return {
    entries,
    callHomeBy(origin) {
      home = origin
    },
    ndjson,
    hash: () => createHash('sha256').update(ndjson()).digest('hex'),
    add({ from = 'hub', topic, payload, retain }, at, time) {
      const safe = withoutSecrets(topic, payload)
      const known = home === undefined ? safe : safe.replaceAll(home, HOME)
      const entry: Entry = { at, time, from, topic, payload: known, retain }
      entries.push(entry)
      return entry
    },
  }
}

const HOME = 'http://hub.home.arpa'

/** Not by the machine's language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const formatEntry = ({ time, from, topic, payload, retain }: Entry): string =>
  `${JSON.stringify({ time: formatInstant(time), from, topic, payload, ...(retain && { retain }) })}\n`

/** A panel's code and a token never get as far as a file or a screen. */
function withoutSecrets(topic: string, payload: string): string {
  if (topic === AUTHZ_TOPIC) return ''
  const read = parseTopic(topic)
  if (read.type !== 'set' || kindOf(read.device) !== 'security') return payload
  return payload.replace(/("code"\s*:\s*)("(?:[^"\\]|\\.)*"|[^,}\s]+)/g, '$1"…"')
}
