// Counting tries. RFC 8628 §5.1: a user code is short, so the number of guesses must be bounded.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'
import { countedAs } from '../address.ts'

export interface Limiter {
  /** Whether `key` has a try left. */
  allows(key: string): boolean
  /** Counts one try of `key`. */
  count(key: string): void
  /** Gives back one try of `key`: it was right, and only wrong ones count. */
  giveBack(key: string): void
}

/** At most this many keys are remembered; beyond, the one that has been idle longest is forgotten. */
const MAX_KEYS = 10_000

export interface LimiterOptions {
  readonly tries: number
  readonly window: Millis
  readonly clock: Clock
}

/** The same for addresses: those that one network has without end are one key. */
export function createAddressLimiter(options: LimiterOptions): Limiter {
  const { allows, count, giveBack } = createLimiter(options)
  return {
    allows: (address) => allows(countedAs(address)),
    count: (address) => count(countedAs(address)),
    giveBack: (address) => giveBack(countedAs(address)),
  }
}

/**
 * Allows `tries` per `window` and key: a bucket that refills evenly. Where a check takes time a try is counted before it and given back
 * after it, or all that come at once are judged by the same count.
 */
export function createLimiter({ tries, window, clock }: LimiterOptions): Limiter {
  const buckets = new Map<string, { level: number; at: Millis }>()
  const perTry = window / tries

  const levelOf = (key: string): number => {
    const bucket = buckets.get(key)
    return bucket === undefined ? 0 : Math.max(0, bucket.level - (clock.uptime() - bucket.at) / perTry)
  }

  return {
    allows: (key) => levelOf(key) <= tries - 1,
    count(key) {
      const level = levelOf(key) + 1
      buckets.delete(key)
      buckets.set(key, { level, at: millis(clock.uptime()) })
      const oldest = buckets.keys().next()
      if (buckets.size > MAX_KEYS && !oldest.done) buckets.delete(oldest.value)
    },
    giveBack(key) {
      const level = levelOf(key) - 1
      if (level <= 0) buckets.delete(key)
      else buckets.set(key, { level, at: clock.uptime() })
    },
  }
}
