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
  /** The same, or the way to sign in and come back to `back`. */
  signedIn(c: Context<Requests>, back: string): Session | Response
  /** Who has confirmed it within five minutes, or the way to do so. `back` is one of the pages in return-to.ts; by default the one that is asked for. */
  fresh(c: Context<Requests>, back?: string): Session | Response
}

export function createStepUp(options: {
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly clock: Clock
}): StepUp {
  const { sessions, cookie, clock } = options
  const session = (c: Context<Requests>) => sessions.find(cookie.read(c))
  const signedIn = (c: Context<Requests>, back: string) => session(c) ?? c.redirect(signInFor(back), 303)
  return {
    session,
    signedIn,
    fresh(c, back = c.req.path) {
      const found = signedIn(c, back)
      return !('account' in found) || isFresh(found, clock.now()) ? found : c.redirect(confirmFor(back), 303)
    },
  }
}

/** What a page of the owners' asks first. `page` is where to come back to, `notYours` what anybody else is told. */
export function ownersOnly(stepUp: StepUp, page: string, notYours: Markup) {
  /** The owner who asks, or what is answered instead. */
  const owner = (c: Context<Requests>): Session | Response | Promise<Response> => {
    const session = stepUp.signedIn(c, page)
    if (!('account' in session)) return session
    return session.account.role === 'owner' ? session : c.html(notYours, 403)
  }
  /** The same for one who has confirmed lately. */
  const freshOwner = (c: Context<Requests>) => {
    const found = owner(c)
    return 'account' in found ? stepUp.fresh(c, page) : found
  }
  return { owner, freshOwner }
}

/** Who does it, for the audit. */
export const actorAt = <E extends Requests>(c: Context<E>, { account }: Session): Actor => ({
  accountId: account.id,
  address: addressOf(c),
})
