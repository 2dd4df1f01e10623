// Renewing a token before it ends, over and over.
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { wordsOf } from './trouble.ts'

const AGAIN_AFTER = seconds(2)

/**
 * Calls `renew` at 75–85 % of each token's life, as the product's device does so that devices do not ask together. It resolves with the
 * lifetime of the next one; where it fails it is tried again. Returns how to stop.
 */
export function renewals(options: {
  readonly clock: Clock
  readonly random: () => number
  readonly lifetime: Millis
  readonly renew: () => Promise<Millis>
  readonly failed: (words: string) => void
}): () => void {
  const { clock, random, renew, failed } = options
  const stop = new AbortController()
  const { signal } = stop
  const run = async (): Promise<void> => {
    const due = (lifetime: Millis) => millis(lifetime * (0.75 + 0.1 * random()))
    for (let wait = due(options.lifetime); ; ) {
      await clock.sleep(wait, signal)
      wait = await renew().then(due, (error: unknown) => {
        if (!signal.aborted) failed(wordsOf(error))
        return AGAIN_AFTER
      })
    }
  }
  // Only the abort ends it.
  run().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return () => stop.abort(CALLED_OFF)
}
