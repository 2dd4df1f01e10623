// One's own account: the ways to sign in, and where one is signed in.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type Instant, millis } from '#contract/time.ts'
import { type Account, type Accounts, newAccount } from '../accounts.ts'
import { hashPassword, PASSWORD_MAX, PASSWORD_MIN } from '../password.ts'
import type { SessionFacts, Sessions } from '../sessions.ts'
import type { SignOut } from '../sign-out.ts'
import { formatAgo } from './ago.ts'
import type { SessionCookie } from './cookie.ts'
import { layout, type Markup, problem } from './layout.ts'
import { type Requests, textField } from './requests.ts'
import { signInFor } from './return-to.ts'
import { ROLE_NAMES, ROLE_SENTENCES } from './roles.ts'
import type { StepUp } from './step-up.ts'

export function accountPages(options: {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly clock: Clock
  readonly stepUp: StepUp
  readonly signOut: SignOut
}): Hono<Requests> {
  const { accounts, sessions, cookie, clock, stepUp, signOut } = options
  const pages = new Hono<Requests>()
  const toSignIn = (c: Context<Requests>) => c.redirect(signInFor('/account'), 303)

  pages.get('/account', (c) => {
    const session = stepUp.session(c)
    if (session === undefined) return toSignIn(c)
    const { account } = session
    return c.html(
      accountPage({
        account,
        hasPassword: accounts.hasPassword(account.id),
        sessions: sessions.list(account.id),
        thisSession: session.id,
        now: clock.now(),
      }),
    )
  })

  pages.get('/account/password', (c) => stepUp.requireFresh(c) ?? c.html(passwordForm({})))

  pages.post('/account/password', async (c) => {
    const typed = textField((await c.req.parseBody()).password)
    const refusal = stepUp.requireFresh(c)
    const session = stepUp.session(c)
    if (refusal !== undefined || session === undefined) return refusal ?? toSignIn(c)
    const wanted = v.safeParse(newAccount.entries.password, typed)
    if (!wanted.success) return c.html(passwordForm({ wrong: wanted.issues[0].message }), 400)
    const hash = await hashPassword(wanted.output)
    // Again: it takes a while, and whoever was put out meanwhile sets nothing any more.
    if (stepUp.session(c)?.id !== session.id) return toSignIn(c)
    accounts.setPassword(session.account.id, hash)
    await signOut.afterNewPassword(session.account.id, session.id)
    return c.html(passwordSet)
  })

  pages.post('/account/sessions/end', async (c) => {
    const id = textField((await c.req.parseBody()).session)
    const session = stepUp.session(c)
    if (session === undefined) return toSignIn(c)
    sessions.endOne(session.account.id, id)
    return c.redirect('/account', 303)
  })

  pages.post('/account/sign-out-everywhere', (c) => {
    const session = stepUp.session(c)
    if (session !== undefined) signOut.everywhere(session.account.id)
    cookie.clear(c)
    return c.redirect('/sign-in', 303)
  })

  return pages
}

const accountPage = (about: {
  readonly account: Account
  readonly hasPassword: boolean
  readonly sessions: readonly SessionFacts[]
  readonly thisSession: string
  readonly now: Instant
}): Markup =>
  layout({
    title: 'Your account',
    body: html`<div class="card">
<dl>
<dt>Name</dt><dd>${about.account.name}</dd>
<dt>Role</dt><dd>${ROLE_NAMES[about.account.role]}: ${ROLE_SENTENCES[about.account.role]}</dd>
</dl>
</div>
<section class="card" aria-labelledby="password">
<h2 id="password">Password</h2>
${about.hasPassword ? '' : html`<p>You have none.</p>`}
<p><a href="/account/password">${about.hasPassword ? 'Change your password' : 'Set a password'}</a></p>
</section>
<section class="card" aria-labelledby="sessions">
<h2 id="sessions">Where you are signed in</h2>
<ul class="rows">
${about.sessions.map((each) => sessionRow(each, about.thisSession, about.now))}
</ul>
<form class="bare" method="post" action="/account/sign-out-everywhere">
<button class="other">Sign out everywhere</button>
</form>
</section>
<p><a href="/">Back to the home</a></p>`,
  })

const sessionRow = (
  { id, browser, address, signedInAt, lastSeenAt }: SessionFacts,
  own: string,
  now: Instant,
): Markup =>
  html`<li>
<p><strong>${browser}</strong>${id === own ? ' (this one)' : ''}<br>
<span class="hint">From ${address}. Signed in ${ago(signedInAt, now)}, last seen ${ago(lastSeenAt, now)}.</span></p>
${id === own ? '' : html`<form class="bare" method="post" action="/account/sessions/end"><input type="hidden" name="session" value="${id}"><button class="other small">End<span class="unseen"> ${browser} from ${address}</span></button></form>`}
</li>`

const ago = (then: Instant, now: Instant): string => formatAgo(millis(now - then))

const passwordForm = ({ wrong }: { wrong?: string }): Markup =>
  layout({
    title: 'A new password',
    body: html`<form method="post" action="/account/password">
${problem(wrong)}
<label for="password">Your new password</label>
<input id="password" name="password" type="password" minlength="${PASSWORD_MIN}" maxlength="${PASSWORD_MAX}" autocomplete="new-password" aria-describedby="rule" required>
<p class="hint" id="rule">At least ${PASSWORD_MIN} characters. Every other browser and program that you are signed in with has to sign in again.</p>
<button>Set it</button>
</form>
<p><a href="/account">Leave it as it is</a></p>`,
  })

const passwordSet = layout({
  title: 'Your password is set',
  body: html`<p>You are signed out everywhere else.</p>
<p><a class="button" href="/account">To your account</a></p>`,
})
