// `latchkey device log security`: what the panel keeps of what happened, from the agent that runs, else from its folder; and whether its
// chain holds.
import type { Clock } from '#contract/clock.ts'
import { FileError } from '#contract/files.ts'
import type { Kind } from '#contract/ids.ts'
import type { JsonObject } from '#contract/property.ts'
import { readPanelLog } from '../security/log.ts'
import { type Entry, type Examined, examine } from '../security/log-chain.ts'
import { askAgent } from './client.ts'

export interface LogOptions {
  readonly kind: Kind
  readonly folder: string
  readonly json: boolean
  readonly verify: boolean
  readonly clock: Clock
  readonly print: (line: string) => void
}

/** Resolves with the exit code: 1 also where `verify` finds the chain broken. */
export async function runLogCommand({ kind, folder, json, verify, clock, print }: LogOptions): Promise<number> {
  if (kind !== 'security') throw new Error(`Cannot show a log as it must be a panel's: it is a ${kind}'s`)
  const examined = examine(await readLog(folder, clock))
  const { entries, broken, isCutOff } = examined
  const ok = !verify || broken.length === 0
  if (json) {
    print(JSON.stringify({ ok, entries, ...(verify && { chain: { holds: ok, broken, isCutOff } }) }))
  } else {
    for (const entry of entries) print(formatEntry(entry))
    if (verify && entries.length + broken.length > 0) print(formatChain(examined))
    else if (entries.length === 0) print('Nothing has been logged.')
  }
  return ok ? 0 : 1
}

async function readLog(folder: string, clock: Clock): Promise<string> {
  try {
    const { ok, log = '', because } = await askAgent(folder, { request: 'log' }, clock)
    if (!ok) throw new Error(because)
    return log
  } catch (error) {
    if (!isNobodyThere(error)) throw error
    return readPanelLog(folder).catch((cause: unknown) => {
      throw new FileError(`Cannot read the log in ${folder} as it must be a panel's folder: ${String(cause)}`, {
        cause,
      })
    })
  }
}

/** No agent runs: nothing listens, or nothing is there. One that hangs is another matter. */
const isNobodyThere = (error: unknown): boolean =>
  error instanceof FileError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  (error.cause.code === 'ENOENT' || error.cause.code === 'ECONNREFUSED')

/** A `?` marks a time that no time server had confirmed. */
function formatEntry({ n, at, synced, event, facts }: Entry): string {
  return `${String(n).padStart(6)}  ${at}${synced ? ' ' : '?'}  ${`${event.padEnd(15)}  ${formatFacts(facts)}`.trimEnd()}`
}

const formatFacts = (facts: JsonObject): string =>
  Object.entries(facts)
    .flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value.join(' ') : String(value)
      return text === '' ? [] : [`${name}: ${text}`]
    })
    .join(', ')

function formatChain({ entries, broken, isCutOff }: Examined): string {
  const [first] = entries
  const last = entries.at(-1)
  const cut = isCutOff ? ['The last line is half written: the power went. The next start drops it.'] : []
  if (broken.length > 0) {
    return ['', ...broken.map(({ line, because }) => `BROKEN at line ${line}: ${because}`), ...cut].join('\n')
  }
  if (first === undefined || last === undefined) return cut.join('\n')
  const older = first.n === 1 ? '' : ` The ${first.n - 1} before were dropped for room.`
  // Whoever keeps it elsewhere can tell later whether the end was cut off as well, which no chain shows by itself.
  return ['', `The chain holds from entry ${first.n} to ${last.n}.${older}`, `Its head: ${last.hash}`, ...cut].join(
    '\n',
  )
}
