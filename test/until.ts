// Waiting for what comes by itself.
import { systemClock } from '#contract/clock.ts'
import { millis, seconds } from '#contract/time.ts'

/** Waits until `found` returns something; the test's own time-out ends it. */
export async function until<T>(
  found: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  within = seconds(40),
): Promise<T> {
  const deadline = performance.now() + within
  for (;;) {
    const value = await found()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s for ${what}`)
    await systemClock.sleep(millis(10))
  }
}
