// Who is signed in on the browser that asks. What matters more than the rest is asked for again: a password or a passkey within the last
// five minutes, whoever holds the phone now.
import type { Context } from 'hono'
import type { Clock } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import type { Actor } from '../audit/audit.ts'
import type { Account } from '../people/accounts.ts'
import { isFresh, type Session, type Sessions } from '../sign-in/sessions.ts'
import type { Cookie } from './cookie.ts'
import type { Markup } from './layout.ts'
import { onceMore } from './once-more.ts'
import { addressOf, type Requests, visitorOf } from './requests.ts'
import { confirmFor, signInFor } from './return-to.ts'

export interface BrowserSession {
  /** Who is signed in. */
  find(c: Context<Requests>): Session | undefined
  /** The same, or the way to sign in and come back to `back`. */
  require(c: Context<Requests>, back: string): Session | Response
  /** Who has confirmed it within five minutes, or the way to do so. `page` is one of those in return-to.ts to come back to; by default the one that is asked for. */
  requireFresh(c: Context<Requests>, page?: string): Session | Response
  /** Signs somebody in, in the place of whoever was. `confirmedAt` is for who proved elsewhere who they are. */
  start(c: Context<Requests>, account: Account, confirmedAt?: Instant): void
  /** They have proved again who they are. False when the session has ended meanwhile. */
  confirm(c: Context<Requests>): boolean
  end(c: Context<Requests>): void
}

export function createBrowserSession(options: {
  readonly sessions: Sessions
  readonly cookie: Cookie
  readonly clock: Clock
}): BrowserSession {
  const { sessions, cookie, clock } = options
  const find = (c: Context<Requests>) => sessions.find(cookie.read(c))
  const require = (c: Context<Requests>, back: string) => find(c) ?? c.redirect(signInFor(back), 303)
  return {
    find,
    require,
    requireFresh(c, page = c.req.path) {
      const back = backFrom(c, page)
      const found = require(c, back)
      return !('account' in found) || isFresh(found, clock.now()) ? found : c.redirect(confirmFor(back), 303)
    },
    start(c, account, confirmedAt = clock.now()) {
      sessions.end(cookie.read(c))
      cookie.set(c, sessions.start({ account, from: visitorOf(c), confirmedAt }))
    },
    confirm(c) {
      const renewed = sessions.confirm(cookie.read(c))
      if (renewed !== undefined) cookie.set(c, renewed)
      return renewed !== undefined
    },
    end(c) {
      sessions.end(cookie.read(c))
      cookie.clear(c)
    },
  }
}

/** A page that is only looked at is there afterwards; a form has to be sent once more. */
const backFrom = (c: Context, page: string): string => (c.req.method === 'GET' ? page : onceMore(page))

/** What a page of the owners' asks first. `page` is where to come back to, `notYours` what anybody else is told. */
export function ownersOnly(browserSession: BrowserSession, page: string, notYours: Markup) {
  /** The owner who asks, or what is answered instead. */
  const owner = (c: Context<Requests>): Session | Response | Promise<Response> => {
    const session = browserSession.require(c, backFrom(c, page))
    if (!('account' in session)) return session
    return session.account.role === 'owner' ? session : c.html(notYours, 403)
  }
  /** The same for one who has confirmed lately. */
  const freshOwner = (c: Context<Requests>) => {
    const found = owner(c)
    return 'account' in found ? browserSession.requireFresh(c, page) : found
  }
  return { owner, freshOwner }
}

/** Who does it, for the audit. */
export const actorAt = <E extends Requests>(c: Context<E>, { account }: Session): Actor => ({
  accountId: account.id,
  address: addressOf(c),
})
