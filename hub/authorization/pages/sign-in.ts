import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Audit } from '../audit/audit.ts'
import type { Guesses } from '../guesses.ts'
import type { Account, Accounts } from '../people/accounts.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import type { SignInGuard } from '../sign-in/sign-in-guard.ts'
import type { BrowserSession } from './browser-session.ts'
import { BUSY, BUSY_SECONDS } from './busy.ts'
import type { Cookie } from './cookie.ts'
import type { IdentityForms } from './identity-forms.ts'
import { layout, type Markup, problem, TOO_MANY_TRIES } from './layout.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { addressOf, type Requests, textField } from './requests.ts'
import { returnTo } from './return-to.ts'

export function signInPages(options: {
  readonly accounts: Accounts
  readonly passkeys: Passkeys
  readonly browserSession: BrowserSession
  readonly challengeCookie: Cookie
  readonly guard: SignInGuard
  readonly guesses: Guesses
  readonly audit: Audit
  readonly identityForms: IdentityForms
  /** Ends what the browser was given besides the household's own session. */
  readonly endProviderSession: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}): Hono<Requests> {
  const { accounts, passkeys, browserSession, challengeCookie, guard, guesses, audit, endProviderSession } = options
  const { areOffered } = passkeys
  const { identityForms } = options
  const pages = new Hono<Requests>()
  const form = (about: Omit<Parameters<typeof signInForm>[0], 'elsewhere' | 'areOffered'>) =>
    signInForm({ ...about, areOffered, elsewhere: identityForms.signIn(about.to) })
  const signIn = (c: Context<Requests>, account: Account, to: string) => {
    browserSession.start(c, account)
    return c.redirect(to, 303)
  }

  pages.get('/sign-in', (c) => {
    // Nobody can sign in to a house where nobody lives: the page that says what to do is the other one.
    if (!accounts.hasOwner()) return c.redirect('/setup', 303)
    return c.html(form({ to: returnTo(c.req.query('return_to')) }))
  })

  pages.post('/sign-in', async (c) => {
    const sent = await c.req.parseBody()
    const to = returnTo(textField(sent.return_to))
    const name = textField(sent.name)
    const tried = await guard.check({ name, password: textField(sent.password), address: addressOf(c), by: 'password' })
    switch (tried.outcome) {
      case 'too_many':
        return c.html(form({ to, name, wrong: TOO_MANY_TRIES }), 429)
      case 'busy':
        c.header('retry-after', BUSY_SECONDS)
        return c.html(form({ to, name, wrong: BUSY }), 503)
      case 'wrong':
        return c.html(form({ to, name, wrong: 'This name and password do not go together.' }), 401)
      case 'right':
        return signIn(c, tried.account, to)
    }
  })

  pages.post('/sign-in/passkey', async (c) => {
    const sent = await c.req.parseBody()
    const to = returnTo(textField(sent.return_to))
    const guess = { address: addressOf(c) }
    const wrong = (status: 401 | 429, text: string) => {
      audit.record({ event: 'sign_in_failed', address: guess.address, detail: 'passkey' })
      return c.html(form({ to, wrongPasskey: text }), status)
    }
    const browser = challengeCookie.take(c)
    if (!guesses.take(guess)) return wrong(429, TOO_MANY_TRIES)
    const purpose = { type: 'sign_in', accountId: undefined } as const
    const accountId = await passkeys.check({ browser, purpose, credential: textField(sent.credential) })
    const account = accountId === undefined ? undefined : accounts.find(accountId)
    if (account === undefined) return wrong(401, 'This passkey opens nothing here.')
    guesses.giveBack(guess)
    audit.record({ event: 'signed_in', accountId: account.id, address: guess.address, detail: 'passkey' })
    return signIn(c, account, to)
  })

  pages.post('/sign-out', async (c) => {
    const session = browserSession.find(c)
    await endProviderSession(c.env.incoming, c.env.outgoing)
    browserSession.end(c)
    if (session !== undefined)
      audit.record({ event: 'signed_out', accountId: session.account.id, address: addressOf(c) })
    return c.redirect('/sign-in', 303)
  })

  return pages
}

const signInForm = (about: {
  readonly to: string
  readonly areOffered: boolean
  readonly elsewhere: Markup | string
  readonly name?: string
  readonly wrong?: string
  readonly wrongPasskey?: string
}): Markup => {
  const { to, areOffered, elsewhere, name = '', wrong, wrongPasskey } = about
  return layout({
    title: 'Sign in',
    script: PASSKEY_SCRIPT,
    body: html`<form method="post" action="/sign-in">
${problem(wrong)}
<label for="name">Name</label>
<input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<input type="hidden" name="return_to" value="${to}">
<button>Sign in</button>
</form>
${passkeyForm({
  ...{ purpose: 'sign_in', action: '/sign-in/passkey', button: 'Sign in with a passkey', areOffered },
  fields: html`<input type="hidden" name="return_to" value="${to}">`,
  wrong: wrongPasskey,
})}
${elsewhere}`,
  })
}
