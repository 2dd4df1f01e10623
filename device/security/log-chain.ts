// The panel's log as values: entries that each hold the hash of the one before, so that nothing in between can be changed, taken out or put
// in unseen. Pure; log.ts has the disk.
import { hash } from 'node:crypto'
import * as v from 'valibot'
import type { JsonObject } from '#contract/property.ts'

/** Something worth an entry. */
export interface Happening {
  /** RFC 3339. */
  readonly at: string
  /** Whether a time server had confirmed the clock by then. */
  readonly synced: boolean
  readonly event: string
  /** Such as zones, mode, user; never a code. */
  readonly facts: JsonObject
}

export interface Entry extends Happening {
  /** From 1, over restarts. */
  readonly n: number
  /** The hash of the entry before; of the first one 64 zeros. */
  readonly prev: string
  /** SHA-256 of all the others, hex. */
  readonly hash: string
}

/**
 * Entries a file. There are two, and the older one goes as a whole, so at least as many are kept: EN 50131-1 grade 4 wants five hundred, and
 * we a thousand.
 */
export const SEGMENT = 1_000

const BEFORE_THE_FIRST = '0'.repeat(64)

export const isSegmentStart = ({ n }: Pick<Entry, 'n'>): boolean => (n - 1) % SEGMENT === 0

/** The entry after `last`. */
export function chain(last: Entry | undefined, { at, synced, event, facts }: Happening): Entry {
  const entry = { n: (last?.n ?? 0) + 1, ...{ at, synced, event, facts }, prev: last?.hash ?? BEFORE_THE_FIRST }
  return { ...entry, hash: hashOf(entry) }
}

const hashOf = ({ n, at, synced, event, facts, prev }: Omit<Entry, 'hash'>): string =>
  hash('sha256', canonical({ n, at, synced, event, facts, prev }), 'hex')

/** RFC 8785 for what JSON.parse gives: no white space, names by their UTF-16 code units. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

const HASH = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const entry = v.strictObject({
  n: v.pipe(v.number(), v.integer(), v.minValue(1)),
  at: v.string(),
  synced: v.boolean(),
  event: v.string(),
  facts: v.record(v.string(), v.unknown()),
  prev: HASH,
  hash: HASH,
})

/** Undefined for what is no entry. */
export function readEntry(line: string): Entry | undefined {
  try {
    const read = v.safeParse(entry, JSON.parse(line))
    return read.success ? { ...read.output, facts: read.output.facts as JsonObject } : undefined
  } catch {
    return undefined
  }
}

export const formatEntry = (entry: Entry): string => `${JSON.stringify(entry)}\n`

export interface Break {
  /** From 1, of both files one after the other. */
  readonly line: number
  readonly because: string
}

export interface Examined {
  readonly entries: readonly Entry[]
  /** Where the chain does not hold; empty where it does. */
  readonly broken: readonly Break[]
  /** The power went while the last line was written; the next start drops it. */
  readonly isCutOff: boolean
}

/** Reads a log and says everything that is wrong with it. */
export function examine(text: string): Examined {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const isCutOff = rest !== '' && readEntry(rest) === undefined
  if (rest !== '' && !isCutOff) lines.push(rest)
  const entries: Entry[] = []
  const broken: Break[] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const read = readEntry(line)
    const because = read === undefined ? 'it cannot be read' : whyNot(entries.at(-1), read)
    if (because !== undefined) broken.push({ line: index + 1, because })
    if (read !== undefined) entries.push(read)
  }
  return { entries, broken, isCutOff }
}

/** Why `next` does not follow `last`; undefined where it does. */
function whyNot(last: Entry | undefined, next: Entry): string | undefined {
  if (hashOf(next) !== next.hash) return `entry ${next.n} was changed`
  if (last === undefined) {
    // The ring drops whole files: it begins where one does.
    if (!isSegmentStart(next) || (next.n === 1 && next.prev !== BEFORE_THE_FIRST))
      return `what came before entry ${next.n} was taken out`
    return undefined
  }
  if (next.n === last.n + 1 && next.prev === last.hash) return undefined
  return `entry ${next.n} does not follow entry ${last.n}: something was changed, taken out or put in between`
}
