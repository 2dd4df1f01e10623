// Matchers that turn the clock: what a home does in the next hours, as one line of a test. They are plain functions in the form that Vitest and
// Jest share; `latchkey/simulator/vitest` makes them known to Vitest.

import { formatLocal } from '#contract/local-time.ts'
import type { Home } from './home.ts'
import { formatLength, type Length, lengthOf } from './length.ts'

export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

export interface Within {
  /** Of the home's time. One hour. */
  readonly within?: Length
}

export interface During {
  /** Of the home's time. */
  readonly for: Length
}

const AN_HOUR = '1h'

/** The clock is turned until `condition` holds, `within` at the longest; negated, for all of that time. */
export async function toEventually(
  received: unknown,
  condition: (home: Home) => boolean,
  { within = AN_HOUR }: Within = {},
): Promise<MatcherResult> {
  const home = homeIn(received, 'toEventually')
  const length = lengthOf(within)
  const pass = await home.turn(length, { enough: () => condition(home) })
  const what = condition.toString()
  return {
    pass,
    message: () =>
      pass
        ? `expected ${what} never to hold within ${formatLength(length)}: it did on ${timeOf(home)}`
        : `expected ${what} to hold within ${formatLength(length)}: it still did not on ${timeOf(home)}`,
  }
}

/** The clock is turned for as long; `measure`, taken after everything that happens, is never above `limit`. What is unknown exceeds nothing. */
export async function toNeverExceed(
  received: unknown,
  measure: (home: Home) => number | undefined,
  limit: number,
  during: During,
): Promise<MatcherResult> {
  return stays(homeIn(received, 'toNeverExceed'), measure, [Number.NEGATIVE_INFINITY, limit], during)
}

/** The clock is turned for as long; `measure`, taken after everything that happens, is never outside of the two limits. */
export async function toStayWithin(
  received: unknown,
  measure: (home: Home) => number | undefined,
  limits: readonly [low: number, high: number],
  during: During,
): Promise<MatcherResult> {
  return stays(homeIn(received, 'toStayWithin'), measure, limits, during)
}

async function stays(
  home: Home,
  measure: (home: Home) => number | undefined,
  [low, high]: readonly [number, number],
  { for: given }: During,
): Promise<MatcherResult> {
  if (!(low <= high)) throw new RangeError(`Cannot stay within ${low} and ${high} as the lower must come first`)
  const length = lengthOf(given)
  const outside = (value: number | undefined) => value !== undefined && (value < low || value > high)
  let strayed: number | undefined
  let known = false
  const left = await home.turn(length, {
    enough() {
      const value = measure(home)
      known ||= value !== undefined
      if (!outside(value)) return false
      strayed = value
      return true
    },
  })
  if (!known) throw new Error(`Cannot judge ${measure.toString()} as it must be a number at some time: it never was`)
  const bounds = Number.isFinite(low) ? `within ${low} and ${high}` : `at most ${high}`
  return {
    pass: !left,
    message: () =>
      left
        ? `expected ${measure.toString()} to stay ${bounds} for ${formatLength(length)}: it was ${rounded(strayed)} on ${timeOf(home)}`
        : `expected ${measure.toString()} not to stay ${bounds} for ${formatLength(length)}: it did`,
  }
}

const rounded = (value: number | undefined) => value && Math.round(value * 100) / 100

/** `Mon 14:05, 8h after the start (seed 7)`. */
const timeOf = (home: Home): string =>
  `${formatLocal(home.zone, home.now)}, ${formatLength(home.elapsed)} after the start (seed ${home.seed})`

function homeIn(received: unknown, matcher: string): Home {
  if (typeof received === 'object' && received !== null && 'turn' in received && 'transcript' in received) {
    return received as Home
  }
  throw new TypeError(`Cannot use ${matcher} as it must be given a home: write expect(home).${matcher}(…)`)
}
