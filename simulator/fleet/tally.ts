// What is counted while the fleet runs. Times go into histograms of a fixed size: a fleet may be held for days.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Millis } from '#contract/time.ts'

/** Times of one thing, to a thousandth of each. */
export interface Times {
  record(length: Millis): void
  /** `share` of all were as quick as this or quicker; undefined where there were none. */
  quantile(share: number): number | undefined
}

export interface Counts {
  readonly paired: number
  readonly held: number
  /** Connections that ended without our wish. */
  readonly lost: number
  readonly published: number
  readonly delivered: number
  readonly refreshed: number
}

export interface Tally {
  readonly counts: Counts
  count(what: keyof Counts, by?: 1 | -1): void
  /** Something that went wrong for one device, in words that are the same for all. */
  trouble(words: string): void
  readonly troubles: ReadonlyMap<string, number>
  readonly pairings: Times
  /** From a publish to its delivery to the watcher. */
  readonly deliveries: Times
}

export function createTally(): Tally {
  const counts = { paired: 0, held: 0, lost: 0, published: 0, delivered: 0, refreshed: 0 }
  const troubles = new Map<string, number>()
  return {
    ...{ counts, troubles, pairings: createTimes(), deliveries: createTimes() },
    count(what, by = 1) {
      counts[what] += by
    },
    trouble(words) {
      troubles.set(words, (troubles.get(words) ?? 0) + 1)
    },
  }
}

function createTimes(): Times {
  const histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 })
  return {
    // In whole microseconds, of which there is at least one.
    record: (length) => histogram.record(Math.max(1, Math.round(length * 1000))),
    quantile: (share) => (histogram.count === 0 ? undefined : histogram.percentile(share * 100) / 1000),
  }
}
