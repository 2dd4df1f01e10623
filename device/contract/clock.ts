// The one place that reads the machine's clocks; everything else is given a Clock.
import { setTimeout } from 'node:timers/promises'
import type { Instant, Millis, Moment } from './time.ts'

export interface Clock {
  /** The wall clock. A Raspberry Pi has none of its own until the network tells it the time. */
  now(): Instant
  /** The monotonic clock: intervals and deadlines use this one. */
  uptime(): Millis
  /** Resolves after `length` on the monotonic clock. Rejects with the reason when `signal` aborts first. */
  sleep(length: Millis, signal?: AbortSignal): Promise<void>
}

/** `setTimeout` fires at once when asked for more (about 24.8 days). */
const LONGEST_TIMER = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now() as Instant,
  uptime: () => performance.now() as Millis,
  sleep: async (length, signal) => {
    try {
      for (let left: number = length; ; left -= LONGEST_TIMER) {
        await setTimeout(Math.min(Math.max(left, 0), LONGEST_TIMER), undefined, { signal })
        if (left <= LONGEST_TIMER) return
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    }
  },
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), uptime: clock.uptime() })

/** RFC 3339 in UTC, as every topic, log and reply of ours writes a time. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString()

/** For libraries that take a `Date`. */
export const dateOf = (at: Instant): Date => new Date(at)

/** Reads a time as RFC 3339 or an HTTP `Date` header writes it; undefined for anything else. */
export function parseInstant(text: string): Instant | undefined {
  const read = Date.parse(text)
  return Number.isFinite(read) ? (read as Instant) : undefined
}

/** The reason of an abort that nobody asks about: one made by the runtime costs a stack trace each. */
export const CALLED_OFF = new Error('called off')

/** Calls `then` every `length`, until the returned function is called. */
export function every(clock: Clock, length: Millis, then: () => void): () => void {
  const stopped = new AbortController()
  const { signal } = stopped
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(length, signal)
      if (!signal.aborted) then()
    }
  }
  // Only the abort ends it.
  run().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return () => stopped.abort(CALLED_OFF)
}

/** Calls `then` once after `length`, unless the returned function is called first. */
export function after(clock: Clock, length: Millis, then: () => void): () => void {
  const cancelled = new AbortController()
  clock.sleep(length, cancelled.signal).then(then, () => {})
  return () => cancelled.abort(CALLED_OFF)
}
