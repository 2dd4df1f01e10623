// What matters more than the rest is asked for again: a password or a passkey within the last five minutes, whoever holds the phone now.
import type { Context } from 'hono'
import type { Clock } from '#contract/clock.ts'
import { isFresh, type Session, type Sessions } from '../sessions.ts'
import type { SessionCookie } from './cookie.ts'
import type { Requests } from './requests.ts'
import { confirmFor, signInFor } from './return-to.ts'

export interface StepUp {
  /** Who is signed in on the browser that asks. */
  session(c: Context<Requests>): Session | undefined
  /** Where to go on, at `back`, once somebody is signed in; undefined when somebody is. */
  requireSession(c: Context<Requests>, back?: string): Response | undefined
  /** The same for who has confirmed it within five minutes. `back` is one of the pages in return-to.ts; by default the one that is asked for. */
  requireFresh(c: Context<Requests>, back?: string): Response | undefined
}

export function createStepUp(options: {
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly clock: Clock
}): StepUp {
  const { sessions, cookie, clock } = options
  const session = (c: Context<Requests>) => sessions.find(cookie.read(c))
  return {
    session,
    requireSession: (c, back = c.req.path) => (session(c) === undefined ? c.redirect(signInFor(back), 303) : undefined),
    requireFresh(c, back = c.req.path) {
      const found = session(c)
      if (found === undefined) return c.redirect(signInFor(back), 303)
      return isFresh(found, clock.now()) ? undefined : c.redirect(confirmFor(back), 303)
    },
  }
}
