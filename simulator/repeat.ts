import type { Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'

/** Calls `step` every `length` until the returned function is called. */
export function repeat(clock: Clock, length: Millis, step: () => void): () => void {
  const stopped = new AbortController()
  const run = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(length, stopped.signal).catch(() => {})
      if (!stopped.signal.aborted) step()
    }
  }
  void run()
  return () => stopped.abort()
}
