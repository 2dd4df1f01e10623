import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Accounts } from '../accounts.ts'
import type { Guesses } from '../guesses.ts'
import type { Sessions } from '../sessions.ts'
import type { SessionCookie } from './cookie.ts'
import { layout, type Markup, problem } from './layout.ts'
import { addressOf, type Requests, textField, visitorOf } from './requests.ts'
import { returnTo } from './return-to.ts'

export function signInPages(options: {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly guesses: Guesses
  /** Ends what the browser was given besides the household's own session. */
  readonly endBrowserSession: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}): Hono<Requests> {
  const { accounts, sessions, cookie, guesses, endBrowserSession } = options
  const pages = new Hono<Requests>()

  pages.get('/sign-in', (c) => {
    // Nobody can sign in to a house where nobody lives: the page that says what to do is the other one.
    if (!accounts.hasOwner()) return c.redirect('/setup', 303)
    return c.html(signInForm({ to: returnTo(c.req.query('return_to')) }))
  })

  pages.post('/sign-in', async (c) => {
    const form = await c.req.parseBody()
    const to = returnTo(textField(form.return_to))
    const name = textField(form.name)
    const guess = { address: addressOf(c), name }
    if (!guesses.take(guess)) {
      return c.html(signInForm({ to, name, wrong: 'Too many tries. Please wait a few minutes.' }), 429)
    }
    const account = await accounts.check(name, textField(form.password))
    if (account === undefined) {
      return c.html(signInForm({ to, name, wrong: 'This name and password do not go together.' }), 401)
    }
    guesses.giveBack(guess)
    sessions.end(cookie.read(c))
    cookie.set(c, sessions.start({ account, from: visitorOf(c) }))
    return c.redirect(to, 303)
  })

  pages.post('/sign-out', async (c) => {
    await endBrowserSession(c.env.incoming, c.env.outgoing)
    sessions.end(cookie.read(c))
    cookie.clear(c)
    return c.redirect('/sign-in', 303)
  })

  return pages
}

const signInForm = ({ to, name = '', wrong }: { to: string; name?: string; wrong?: string }): Markup =>
  layout({
    title: 'Sign in',
    body: html`<form method="post" action="/sign-in">
${problem(wrong)}
<label for="name">Name</label>
<input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<input type="hidden" name="return_to" value="${to}">
<button>Sign in</button>
</form>`,
  })
