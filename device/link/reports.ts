// What the device itself would say to whoever looks after it: its warnings and errors, below Homie 5's `$log`.
import type { Clock } from '#contract/clock.ts'
import { type Millis, minutes } from '#contract/time.ts'

export interface Report {
  readonly level: 'warn' | 'error'
  readonly text: string
}

export interface Reports {
  add(report: Report): void
  /** Hands over the newest that wait, and from then on each at once. Returns how to stop. */
  deliver(to: (report: Report) => void): () => void
}

/** The newest that wait for a connection. */
const KEPT = 20
/** A broken sensor must not flood the house. */
const MOST_A_MINUTE = 20

export function createReports(clock: Clock): Reports {
  let waiting: Report[] = []
  let deliver: ((report: Report) => void) | undefined
  let minute: { readonly since: Millis; readonly count: number } = { since: clock.uptime(), count: 0 }

  const give = (report: Report) => {
    const now = clock.uptime()
    if (now - minute.since >= minutes(1)) minute = { since: now, count: 0 }
    minute = { ...minute, count: minute.count + 1 }
    if (minute.count <= MOST_A_MINUTE) deliver?.(report)
  }
  return {
    add(report) {
      if (deliver !== undefined) return give(report)
      waiting = [...waiting, report].slice(-KEPT)
    },
    deliver(to) {
      deliver = to
      for (const report of waiting) give(report)
      waiting = []
      return () => {
        if (deliver === to) deliver = undefined
      }
    },
  }
}

/** Reads a pino line; undefined for what is neither warning nor error. Only its message and reason: other facts may be anything. */
export function readReport(line: string): Report | undefined {
  const level = /^\{"level":(\d+)/.exec(line)?.[1]
  if (level !== '40' && level !== '50') return undefined
  const { msg, because } = JSON.parse(line) as { readonly msg?: unknown; readonly because?: unknown }
  if (typeof msg !== 'string') return undefined
  return { level: level === '40' ? 'warn' : 'error', text: typeof because === 'string' ? `${msg}: ${because}` : msg }
}
