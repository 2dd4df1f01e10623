// Challenges for passkeys: what /passkey.js asks for before it asks the browser. Each is bound to the browser by a cookie of its own.
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { newSecret } from '../bearer-secret.ts'
import { createAddressLimiter } from '../limiter.ts'
import { newAccount } from '../people/accounts.ts'
import { accountIdOf, type Invitations } from '../people/invitations.ts'
import type { Purpose } from '../sign-in/challenges.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import { isFresh } from '../sign-in/sessions.ts'
import type { BrowserSession } from './browser-session.ts'
import type { Cookie } from './cookie.ts'
import { TOO_MANY_TRIES } from './layout.ts'
import { addressOf, type Requests, textField } from './requests.ts'

export function passkeyPages(options: {
  readonly passkeys: Passkeys
  readonly invitations: Invitations
  readonly challengeCookie: Cookie
  readonly browserSession: BrowserSession
  readonly clock: Clock
}): Hono<Requests> {
  const { passkeys, invitations, challengeCookie, browserSession, clock } = options
  const asked = createAddressLimiter({ tries: 60, window: minutes(10), clock })
  const pages = new Hono<Requests>()

  pages.post('/passkey/options', async (c) => {
    const form = await c.req.parseBody()
    const refuse = (problem: string, status: 400 | 403 | 429) => c.json({ problem }, status)
    if (!asked.allows(addressOf(c))) return refuse(TOO_MANY_TRIES, 429)
    asked.count(addressOf(c))
    c.header('cache-control', 'no-store')
    const browser = newSecret()
    const get = async (purpose: Purpose) => {
      const found = await passkeys.askFor(purpose, browser)
      challengeCookie.set(c, browser)
      return c.json({ type: 'get', options: found })
    }
    const create = async (purpose: Purpose & { readonly name: string }) => {
      const found = await passkeys.askForNew(purpose, browser)
      challengeCookie.set(c, browser)
      return c.json({ type: 'create', options: found })
    }

    const session = browserSession.find(c)
    switch (textField(form.purpose)) {
      case 'sign_in':
        return get({ type: 'sign_in', accountId: undefined })
      case 'confirm':
        if (session === undefined) return refuse('You are signed out. Please load this page again.', 403)
        return get({ type: 'confirm', accountId: session.account.id })
      case 'add':
        if (session === undefined || !isFresh(session, clock.now())) {
          return refuse('This took too long. Please load this page again.', 403)
        }
        return create({ type: 'add', accountId: session.account.id, name: session.account.name })
      case 'join': {
        const key = textField(form.key)
        if (invitations.find(key) === undefined) return refuse('This invitation opens nothing any more.', 403)
        const name = v.safeParse(newAccount.entries.name, textField(form.name))
        if (!name.success) return refuse(name.issues[0].message, 400)
        return create({ type: 'join', accountId: accountIdOf(key), name: name.output })
      }
      default:
        return refuse('Nobody asks for a passkey for this.', 400)
    }
  })

  return pages
}
