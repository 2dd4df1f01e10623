// "Is it still you?" before what matters more than the rest. The session's cookie is a new one afterwards.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Audit } from '../audit/audit.ts'
import type { Guesses } from '../guesses.ts'
import type { Account, Accounts } from '../people/accounts.ts'
import { unlessBusy } from '../people/turns.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import type { BrowserSession } from './browser-session.ts'
import { BUSY, BUSY_SECONDS } from './busy.ts'
import type { Cookie } from './cookie.ts'
import type { Departure } from './departure.ts'
import type { IdentityForms } from './identity-forms.ts'
import { layout, type Markup, problem, TOO_MANY_TRIES } from './layout.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { addressOf, type Requests, textField } from './requests.ts'
import { returnTo, signInFor } from './return-to.ts'

export function confirmPages(options: {
  readonly accounts: Accounts
  readonly passkeys: Passkeys
  readonly challengeCookie: Cookie
  readonly guesses: Guesses
  readonly audit: Audit
  readonly departure: Departure
  readonly identityForms: IdentityForms
  readonly browserSession: BrowserSession
}): Hono<Requests> {
  const { accounts, passkeys, challengeCookie, guesses, audit, browserSession } = options
  const { departure, identityForms } = options
  const pages = new Hono<Requests>()
  const form = (account: Account, to: string, wrong?: string) =>
    confirmForm({
      ...{ account, to, wrong, areOffered: passkeys.areOffered },
      hasPassword: accounts.hasPassword(account.id),
      hasPasskey: passkeys.list(account.id).length > 0,
      elsewhere: identityForms.confirm(account.id, to),
    })
  const refused = (c: Context<Requests>, status: 401 | 429, about: { account: Account; to: string; wrong: string }) => {
    const { account, to, wrong } = about
    audit.record({ event: 'sign_in_failed', accountId: account.id, address: addressOf(c), detail: 'confirmation' })
    return c.html(form(account, to, wrong), status)
  }
  const confirmed = (c: Context<Requests>, to: string) => {
    // Ended meanwhile, from elsewhere: that it was the right password does not bring it back.
    return c.redirect(browserSession.confirm(c) ? to : signInFor(to), 303)
  }

  pages.get('/confirm', (c) => {
    const to = returnTo(c.req.query('return_to'))
    const session = browserSession.require(c, to)
    return 'account' in session ? c.html(form(session.account, to)) : session
  })

  const confirmBy =
    (proof: Proof) =>
    async (c: Context<Requests>): Promise<Response> => {
      const sent = await c.req.parseBody()
      const to = returnTo(textField(sent.return_to))
      const session = browserSession.require(c, to)
      if (!('account' in session)) return session
      const { account } = session
      const { accountId, wrong, isRight } = proof(c, sent, account)
      const guess = { address: addressOf(c), accountId }
      if (!guesses.take(guess)) return refused(c, 429, { account, to, wrong: TOO_MANY_TRIES })
      const right = await isRight().catch(unlessBusy)
      if (right === 'busy') {
        guesses.giveBack(guess)
        c.header('retry-after', BUSY_SECONDS)
        return c.html(form(account, to, BUSY), 503)
      }
      if (!right) return refused(c, 401, { account, to, wrong })
      guesses.giveBack(guess)
      return confirmed(c, to)
    }

  pages.post(
    '/confirm',
    confirmBy((_c, { password }, { id: accountId }) => ({
      ...{ accountId, wrong: 'This is not your password.' },
      isRight: async () => (await accounts.checkById(accountId, textField(password))) !== undefined,
    })),
  )

  pages.post(
    '/confirm/passkey',
    confirmBy((c, { credential }, { id: accountId }) => {
      const browser = challengeCookie.take(c)
      const answer = { browser, purpose: { type: 'confirm', accountId }, credential: textField(credential) } as const
      const isRight = async () => (await passkeys.check(answer)) !== undefined
      return { accountId: undefined, wrong: 'This is not a passkey of yours.', isRight }
    }),
  )

  pages.post('/confirm/with', async (c) => {
    const sent = await c.req.parseBody()
    const to = returnTo(textField(sent.return_to))
    const session = browserSession.require(c, to)
    if (!('account' in session)) return session
    const errand = { type: 'confirm', accountId: session.account.id } as const
    return departure.leave(c, { provider: textField(sent.provider), errand, returnTo: to })
  })

  return pages
}

/** One way to prove that it is still `account`: `accountId` is counted with the address, where it can be guessed. */
type Proof = (
  c: Context<Requests>,
  sent: Record<string, unknown>,
  account: Account,
) => { readonly accountId: string | undefined; readonly wrong: string; readonly isRight: () => Promise<boolean> }

const confirmForm = (about: {
  readonly account: Account
  readonly to: string
  readonly wrong: string | undefined
  readonly hasPassword: boolean
  readonly hasPasskey: boolean
  readonly areOffered: boolean
  readonly elsewhere: Markup | string
}): Markup =>
  layout({
    title: 'Is it still you?',
    script: PASSKEY_SCRIPT,
    body: html`<p>This needs more than being signed in. Please confirm that you are ${about.account.name}; it counts for five minutes.</p>
${about.hasPassword ? passwordForm(about) : problem(about.wrong)}
${about.hasPasskey ? withPasskey(about) : ''}
${about.elsewhere}
<p><a href="/">Back to the home</a></p>`,
  })

const withPasskey = ({ to, areOffered }: { to: string; areOffered: boolean }): Markup =>
  passkeyForm({
    ...{ purpose: 'confirm', action: '/confirm/passkey', button: 'Confirm with a passkey', areOffered },
    fields: html`<input type="hidden" name="return_to" value="${to}">`,
  })

const passwordForm = ({ account, to, wrong }: { account: Account; to: string; wrong: string | undefined }): Markup =>
  html`<form method="post" action="/confirm">
${problem(wrong)}
<input class="unseen" name="name" value="${account.name}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<label for="password">Your password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<input type="hidden" name="return_to" value="${to}">
<button>Confirm</button>
</form>`
