import { type Millis, millis, seconds } from '#contract/time.ts'

/** The first retry comes soon, and the next not much later: most outages are a restart of the hub. */
const FIRST = seconds(1)
const GROWTH = 1.5
const LONGEST = seconds(60)

/**
 * How long to wait before try number `attempt` (0 for the first retry): full jitter, so that a house full of devices does not
 * come back in one instant. `random` is uniform in [0, 1).
 */
export function backOff(attempt: number, random: () => number): Millis {
  const ceiling = Math.min(LONGEST, FIRST * GROWTH ** Math.min(attempt, 20))
  return millis(Math.max(100, ceiling * random()))
}
