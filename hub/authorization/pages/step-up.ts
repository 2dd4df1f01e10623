// What matters more than the rest is asked for again: a password or a passkey within the last five minutes, whoever holds the phone now.
import type { Context } from 'hono'
import type { Clock } from '#contract/clock.ts'
import type { Actor } from '../audit/audit.ts'
import { isFresh, type Session, type Sessions } from '../sign-in/sessions.ts'
import type { SessionCookie } from './cookie.ts'
import type { Markup } from './layout.ts'
import { addressOf, type Requests } from './requests.ts'
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

/** What a page of the owners' asks first. `page` is where to come back to, `notYours` what anybody else is told. */
export function ownersOnly(stepUp: StepUp, page: string, notYours: Markup) {
  /** The owner who asks, or what is answered instead. */
  const owner = (c: Context<Requests>): Session | Response | Promise<Response> => {
    const session = stepUp.session(c)
    if (session === undefined) return c.redirect(signInFor(page), 303)
    return session.account.role === 'owner' ? session : c.html(notYours, 403)
  }
  /** The same for one who has confirmed lately. */
  const freshOwner = (c: Context<Requests>) => {
    const found = owner(c)
    return 'account' in found ? (stepUp.requireFresh(c, page) ?? found) : found
  }
  return { owner, freshOwner }
}

/** Who does it, for the audit. */
export const actorAt = <E extends Requests>(c: Context<E>, { account }: Session): Actor => ({
  accountId: account.id,
  address: addressOf(c),
})
