// Who comes back from an identity provider, and what becomes of it: they sign in, join, confirm, or have one more way in.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, seconds } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import type { Attempt, Attempts, Errand } from '../identities/attempts.ts'
import { type Identities, MOST_IDENTITIES } from '../identities/identities.ts'
import { type Identity, type IdentityProvider, IdentityProviderError } from '../identities/identity-provider.ts'
import type { Account, Accounts } from '../people/accounts.ts'
import type { Invitations } from '../people/invitations.ts'
import { isFresh } from '../sign-in/sessions.ts'
import type { BrowserSession } from './browser-session.ts'
import type { Cookie } from './cookie.ts'
import { backFrom, becauseOf, noSuch, notNow, onTheWay, troubleOf } from './departure.ts'
import { layout, type Markup } from './layout.ts'
import { onceMore } from './once-more.ts'
import { addressOf, type Requests } from './requests.ts'
import { confirmFor, signInFor } from './return-to.ts'

/** What one clock may be ahead of another. */
const TOLERANCE = seconds(60)

type Back<Type extends Errand['type']> = Omit<Attempt, 'errand'> & {
  readonly errand: Extract<Errand, { readonly type: Type }>
  readonly provider: IdentityProvider
  readonly identity: Identity
}

type Refused = Pick<Attempt, 'errand' | 'returnTo'> & { readonly provider: IdentityProvider }

export function arrivalPages(options: {
  readonly providers: readonly IdentityProvider[]
  readonly identities: Identities
  readonly attempts: Attempts
  readonly attemptCookie: Cookie
  readonly accounts: Accounts
  readonly invitations: Invitations
  readonly browserSession: BrowserSession
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Logger
}): Hono<Requests> {
  const { providers, identities, attempts, attemptCookie, accounts, invitations, browserSession } = options
  const { audit, clock, log } = options

  const failed = (c: Context<Requests>, detail: string, accountId?: string) =>
    audit.record({ event: 'sign_in_failed', accountId, address: addressOf(c), detail })
  /** Nothing was done: says why, and where to try once more. */
  const refuse = (c: Context<Requests>, from: Refused, wrong: string, status: 403 | 502 = 403) => {
    const { errand, returnTo, provider } = from
    const accountId = 'accountId' in errand ? errand.accountId : undefined
    failed(c, errand.type === 'confirm' ? 'confirmation' : provider.id, accountId)
    return c.html(notNow(wrong, backFrom(errand, returnTo)), status)
  }
  const signIn = (
    c: Context<Requests>,
    account: Account,
    back: { provider: IdentityProvider; confirmedAt: Instant },
  ) => {
    const { confirmedAt, provider } = back
    browserSession.start(c, account, confirmedAt)
    audit.record({ event: 'signed_in', accountId: account.id, address: addressOf(c), detail: provider.id })
  }

  const signInAs = (c: Context<Requests>, back: Back<'sign_in'>) => {
    const { provider, identity, returnTo } = back
    const found = identities.find(identity)
    const account = found === undefined ? undefined : accounts.find(found.accountId)
    if (found === undefined || account === undefined) {
      failed(c, provider.id)
      return c.html(nobodyKnows(provider.name, identity.name, backFrom(back.errand, returnTo)), 403)
    }
    identities.noteUse(found.id, identity)
    signIn(c, account, { provider, confirmedAt: provenAt(identity, clock.now()) })
    return goOn(c, returnTo)
  }

  const join = (c: Context<Requests>, back: Back<'join'>) => {
    const { provider, identity, errand } = back
    if (identities.find(identity) !== undefined) return refuse(c, back, takenAt(provider.name))
    const keep = ({ id }: Account) => {
      if (identities.link(id, provider.id, identity) !== 'done') {
        throw new Error('Cannot keep an identity as it must be nobody’s: it is somebody’s')
      }
    }
    const redeemed = invitations.redeemShown(errand.invitationId, {
      ...{ name: errand.name, firstWay: { type: 'kept_elsewhere', keep } },
    })
    switch (redeemed.outcome) {
      case 'joined': {
        const { id: accountId, role } = redeemed.account
        audit.record({ event: 'account_created', accountId, address: addressOf(c), detail: role })
        audit.record({ event: 'account_linked', accountId, address: addressOf(c), detail: provider.id })
        // The invitation is as good a proof as a first password: with the same link they could have set one.
        signIn(c, redeemed.account, { provider, confirmedAt: clock.now() })
        return c.redirect(provider.confirms ? '/' : '/account', 303)
      }
      case 'name_taken':
        return refuse(
          c,
          back,
          'Somebody took this name meanwhile. Please open the invitation again and choose another.',
        )
      case 'unusable':
        return refuse(c, back, 'This invitation opens nothing any more. Please ask for a new one.')
    }
  }

  /** Who is signed in must be who left, or it would be somebody else's account that is opened. */
  const sessionFor = (c: Context<Requests>, { errand }: { errand: { accountId: string } }) => {
    const session = browserSession.find(c)
    return session?.account.id === errand.accountId ? session : undefined
  }

  const link = (c: Context<Requests>, back: Back<'link'>) => {
    const { provider, identity } = back
    const session = sessionFor(c, back)
    if (session === undefined) return c.redirect(signInFor('/account'), 303)
    // Again: whoever finds this browser open at the provider must not put their own account into somebody else's.
    if (!isFresh(session, clock.now())) return c.redirect(confirmFor(onceMore('/account')), 303)
    const accountId = session.account.id
    switch (identities.link(accountId, provider.id, identity)) {
      case 'done':
        audit.record({ event: 'account_linked', accountId, address: addressOf(c), detail: provider.id })
        return c.redirect('/account', 303)
      case 'taken':
        return refuse(c, back, takenAt(provider.name))
      case 'too_many':
        return refuse(c, back, `You have ${MOST_IDENTITIES} accounts linked: unlink one first.`)
    }
  }

  const confirm = (c: Context<Requests>, back: Back<'confirm'>) => {
    const { provider, identity, begunAt, returnTo } = back
    if (sessionFor(c, back) === undefined) return c.redirect(signInFor(returnTo), 303)
    if (identities.find(identity)?.accountId !== back.errand.accountId) {
      return refuse(c, back, `This is not the account at ${provider.name} that is linked to yours.`)
    }
    const { authTime } = identity
    // Core §3.1.2.1: with `max_age` a provider must say when. One that only passes on an old sign-in proves nothing about now.
    if (authTime === undefined || authTime < begunAt - TOLERANCE || authTime > clock.now() + TOLERANCE) {
      return refuse(
        c,
        back,
        `${provider.name} did not ask who you are, so it proves nothing. Please confirm another way.`,
      )
    }
    if (!browserSession.confirm(c)) return c.redirect(signInFor(returnTo), 303)
    return goOn(c, returnTo)
  }

  const arrive = (c: Context<Requests>, attempt: Attempt, who: { provider: IdentityProvider; identity: Identity }) => {
    const { errand } = attempt
    switch (errand.type) {
      case 'sign_in':
        return signInAs(c, { ...attempt, ...who, errand })
      case 'join':
        return join(c, { ...attempt, ...who, errand })
      case 'link':
        return link(c, { ...attempt, ...who, errand })
      case 'confirm':
        return confirm(c, { ...attempt, ...who, errand })
    }
  }

  return new Hono<Requests>().get('/sign-in/with/:provider/callback', async (c) => {
    const provider = providers.find((each) => each.id === c.req.param('provider'))
    if (provider === undefined) return c.html(noSuch, 404)
    const query = new URL(c.req.url).searchParams
    const state = query.get('state') ?? ''
    const attempt = attempts.take({ browser: attemptCookie.read(c), provider: provider.id, state })
    if (attempt === undefined) {
      failed(c, provider.id)
      return c.html(tooOld, 400)
    }
    attemptCookie.clear(c)
    try {
      return await arrive(c, attempt, { provider, identity: await provider.finish(query, attempt) })
    } catch (err) {
      if (!(err instanceof IdentityProviderError)) throw err
      log.warn({ because: becauseOf(err), provider: provider.id }, 'nobody came back from an identity provider')
      const trouble = troubleOf(provider.name, err)
      return refuse(c, { ...attempt, provider }, trouble, err.code === 'unreachable' ? 502 : 403)
    }
  })
}

/** The way here began with a form of the provider's, whose policy may name this hub and not the program that waits (form-target.ts). */
const goOn = (c: Context<Requests>, to: string): Response | Promise<Response> =>
  to.startsWith('/interaction/') ? c.html(onTheWay('the program', to)) : c.redirect(to, 303)

/** When the provider saw a proof; where it does not say, long ago: then what matters asks again. */
function provenAt({ authTime }: Identity, now: Instant): Instant {
  if (authTime === undefined || authTime > now + TOLERANCE) return instant(0)
  return instant(Math.min(authTime, now))
}

const takenAt = (name: string): string =>
  `This account at ${name} opens an account here already. One that is linked opens one account, and no other.`

const nobodyKnows = (provider: string, name: string, back: string): Markup =>
  layout({
    title: 'Nobody here knows this account',
    body: html`<p>${provider} says that you are ${name === '' ? 'somebody' : html`<strong>${name}</strong>`}, and no account of this household is linked to that.</p>
<p>If you live here already, <a href="${back}">sign in another way</a> and link it under <em>Your account</em>. Otherwise ask an owner for an invitation: it lets you join with ${provider}.</p>`,
  })

const tooOld = layout({
  title: 'This page is too old',
  body: html`<p>It was used before, took longer than ten minutes, or was begun in another browser or tab. Nothing was done.</p>
<p><a class="button" href="/sign-in">Sign in</a></p>`,
})
