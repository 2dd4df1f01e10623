// `import 'latchkey/simulator/vitest'` in a test or in a setup file makes the matchers known to Vitest's `expect`.
import { expect } from 'vitest'
import type { Home } from './home.ts'
import { type During, toEventually, toNeverExceed, toStayWithin, type Within } from './matchers.ts'

interface HomeMatchers {
  /** Turns the clock until `condition` holds, an hour at the longest unless `within` says more. */
  toEventually(condition: (home: Home) => boolean, within?: Within): Promise<void>
  /** Turns the clock for as long, and looks after everything that happens. */
  toNeverExceed(measure: (home: Home) => number | undefined, limit: number, during: During): Promise<void>
  toStayWithin(
    measure: (home: Home) => number | undefined,
    limits: readonly [low: number, high: number],
    during: During,
  ): Promise<void>
}

declare module 'vitest' {
  // The type parameters are Vitest's.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends HomeMatchers {}
}

expect.extend({ toEventually, toNeverExceed, toStayWithin })
