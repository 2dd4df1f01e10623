// Every message of the home with its virtual time, in one order that does not depend on the machine: by time, then by who sent it, then by
// the order in which they did. What is long past is on disk: a month of it weighs no more than a day.
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { formatInstant, parseInstant } from '#contract/clock.ts'
import { kindOf } from '#contract/ids.ts'
import { type Instant, instant, type Millis, millis } from '#contract/time.ts'
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
  readonly length: number
  /** All of them, in their order; read anew at each call. */
  readonly entries: readonly Entry[]
  /** One JSON object a line, each ended by a newline. Throws where the home is gone and its transcript was too long for memory. */
  ndjson(): string
  /** SHA-256 of `ndjson()`, hex. The same seed gives the same on every machine. */
  hash(): string
}

/** @internal */
export interface OpenTranscript extends Transcript {
  /** Ports are the machine's: wherever this origin is named, the transcript names the home instead. */
  callHomeBy(origin: string): void
  add(message: Accepted, at: Millis): Entry
}

/** So much is kept in memory, characters. */
const KEPT = 1024 * 1024

/** `file` takes what is long past; it is made when it is needed. `start` is when the home begins. @internal */
export function createTranscript({ file, start }: { readonly file: string; readonly start: Instant }): OpenTranscript {
  const hash = createHash('sha256')
  let length = 0
  let isOnDisk = false
  /** Of moments that are over, in order. */
  let lines: string[] = []
  let kept = 0
  /** Of this moment: somebody whose name comes first may still speak. */
  let present: Entry[] = []
  let home: string | undefined

  const sorted = () => [...present].sort((a, b) => compare(a.from, b.from))
  const moveOn = () => {
    for (const entry of sorted()) {
      const line = formatEntry(entry)
      hash.update(line)
      lines.push(line)
      kept += line.length
    }
    present = []
    if (kept < KEPT) return
    appendFileSync(file, lines.join(''), { mode: 0o600 })
    isOnDisk = true
    lines = []
    kept = 0
  }
  const past = (): string => {
    if (!isOnDisk) return ''
    if (existsSync(file)) return readFileSync(file, 'utf8')
    throw new Error('Cannot read the transcript as its home must not be gone: take it before the home is disposed')
  }
  const ndjson = () => past() + lines.join('') + sorted().map(formatEntry).join('')
  return {
    ndjson,
    get length() {
      return length
    },
    get entries() {
      return ndjson().split('\n').slice(0, -1).map(readEntry(start))
    },
    callHomeBy(origin) {
      home = origin
    },
    hash: () => {
      const sum = hash.copy()
      for (const entry of sorted()) sum.update(formatEntry(entry))
      return sum.digest('hex')
    },
    add({ from = 'hub', topic, payload, retain }, at) {
      const safe = withoutSecrets(topic, payload)
      const known = home === undefined ? safe : safe.replaceAll(home, HOME)
      const entry: Entry = { at, time: instant(start + at), from, topic, payload: known, retain }
      if (present[0] !== undefined && present[0].at < at) moveOn()
      present.push(entry)
      length += 1
      return entry
    },
  }
}

const HOME = 'http://hub.home.arpa'

/** Not by the machine's language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const formatEntry = ({ time, from, topic, payload, retain }: Entry): string =>
  `${JSON.stringify({ time: formatInstant(time), from, topic, payload, ...(retain && { retain }) })}\n`

type Line = Omit<Entry, 'at' | 'time' | 'retain'> & { readonly time: string; readonly retain?: true }

const readEntry =
  (start: Instant) =>
  (line: string): Entry => {
    const { time: text, retain = false, ...rest } = JSON.parse(line) as Line
    const time = parseInstant(text) ?? start
    return { ...rest, time, at: millis(time - start), retain }
  }

/** A panel's code and a token never get as far as a file or a screen. */
function withoutSecrets(topic: string, payload: string): string {
  if (topic === AUTHZ_TOPIC) return ''
  const read = parseTopic(topic)
  if (read.type !== 'set' || kindOf(read.device) !== 'security') return payload
  return payload.replace(/("code"\s*:\s*)("(?:[^"\\]|\\.)*"|[^,}\s]+)/g, '$1"…"')
}
