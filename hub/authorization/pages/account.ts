// One's own account: the ways to sign in, and where one is signed in.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditEvent } from '../audit/audit-events.ts'
import type { Identities } from '../identities/identities.ts'
import { type Account, type Accounts, newAccount } from '../people/accounts.ts'
import { MOST_PASSKEYS, type Passkey, type Passkeys, passkeyName } from '../sign-in/passkeys.ts'
import type { SessionFacts, Sessions } from '../sign-in/sessions.ts'
import type { SignOut } from '../sign-in/sign-out.ts'
import { formatAgo } from './ago.ts'
import type { BrowserSession } from './browser-session.ts'
import type { Cookie } from './cookie.ts'
import type { Departure } from './departure.ts'
import { newPasswordField } from './fields.ts'
import type { IdentityForms } from './identity-forms.ts'
import { layout, type Markup, problem } from './layout.ts'
import { onceMoreNotice } from './once-more.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { addressOf, type Requests, textField, visitorOf } from './requests.ts'
import { signInFor } from './return-to.ts'
import { ROLE_NAMES, ROLE_SENTENCES } from './roles.ts'

export function accountPages(options: {
  readonly accounts: Accounts
  readonly passkeys: Passkeys
  readonly sessions: Sessions
  readonly challengeCookie: Cookie
  /** Whether the account can be signed in to without its passkeys. */
  readonly hasOtherWay: (accountId: string) => boolean
  readonly audit: Audit
  readonly identities: Identities
  readonly departure: Departure
  readonly identityForms: IdentityForms
  readonly clock: Clock
  readonly browserSession: BrowserSession
  readonly signOut: SignOut
  readonly stillOpen: (account: Account) => Markup
}): Hono<Requests> {
  const { accounts, passkeys, sessions, challengeCookie, hasOtherWay, audit, clock, browserSession, signOut } = options
  const { identities, departure, identityForms, stillOpen } = options
  const pages = new Hono<Requests>()
  const tell = (
    c: Context<Requests>,
    event: AuditEvent,
    { accountId, detail }: { accountId: string; detail?: string },
  ) => audit.record({ event, accountId, address: addressOf(c), detail })
  const passkeyPage = (c: Context<Requests>, { wrong }: { wrong?: string }): Markup =>
    layout({
      title: 'A new passkey',
      script: PASSKEY_SCRIPT,
      body: html`${onceMoreNotice(c)}<p>Your phone or computer makes it and keeps it. Next time you sign in with your finger, your face or its PIN.</p>
${passkeyForm({
  ...{ purpose: 'add', action: '/account/passkey', button: 'Make it', areOffered: passkeys.areOffered, wrong },
  fields: html`<label for="name">A name for it</label>
<input id="name" name="name" value="${visitorOf(c).browser}" maxlength="64" autocomplete="off" required>`,
})}
<p><a href="/account">Back to your account</a></p>`,
    })
  const toSignIn = (c: Context<Requests>) => c.redirect(signInFor('/account'), 303)

  pages.get('/account', (c) => {
    const session = browserSession.require(c, '/account')
    if (!('account' in session)) return session
    const { account } = session
    return c.html(
      accountPage({
        account,
        hasPassword: accounts.hasPassword(account.id),
        passkeys: passkeys.list(account.id),
        elsewhere: identityForms.linked(account.id, clock.now()),
        sessions: sessions.list(account.id),
        thisSession: session.id,
        now: clock.now(),
        notice: onceMoreNotice(c),
      }),
    )
  })

  pages.get('/account/password', (c) => {
    const session = browserSession.requireFresh(c)
    return 'account' in session ? c.html(passwordForm({ notice: onceMoreNotice(c) })) : session
  })

  pages.post('/account/password', async (c) => {
    const typed = textField((await c.req.parseBody()).password)
    const session = browserSession.requireFresh(c)
    if (!('account' in session)) return session
    const wanted = v.safeParse(newAccount.entries.password, typed)
    if (!wanted.success) return c.html(passwordForm({ wrong: wanted.issues[0].message }), 400)
    const hash = await accounts.hashPassword(wanted.output)
    // Again: it takes a while, and whoever was put out meanwhile sets nothing any more.
    if (browserSession.find(c)?.id !== session.id) return toSignIn(c)
    accounts.setPassword(session.account.id, hash)
    tell(c, 'password_changed', { accountId: session.account.id })
    await signOut.afterNewPassword({ accountId: session.account.id, address: addressOf(c) }, session.id)
    return c.html(passwordSet(stillOpen(session.account)))
  })

  pages.get('/account/passkey', (c) => {
    const session = browserSession.requireFresh(c)
    return 'account' in session ? c.html(passkeyPage(c, {})) : session
  })

  pages.post('/account/passkey', async (c) => {
    const form = await c.req.parseBody()
    const browser = challengeCookie.take(c)
    const session = browserSession.requireFresh(c)
    if (!('account' in session)) return session
    const name = v.safeParse(passkeyName, textField(form.name))
    if (!name.success) return c.html(passkeyPage(c, { wrong: name.issues[0].message }), 400)
    const purpose = { type: 'add', accountId: session.account.id } as const
    const made = await passkeys.checkNew({ browser, purpose, credential: textField(form.credential) })
    if (made === undefined) return c.html(passkeyPage(c, { wrong: 'That did not work. Please try once more.' }), 401)
    if (browserSession.find(c)?.id !== session.id) return toSignIn(c)
    if (!passkeys.keep(session.account.id, made, name.output)) {
      return c.html(passkeyPage(c, { wrong: `You have ${MOST_PASSKEYS} passkeys, or this one is known.` }), 409)
    }
    tell(c, 'passkey_added', { accountId: session.account.id, detail: name.output })
    return c.redirect('/account', 303)
  })

  pages.post('/account/passkey/remove', async (c) => {
    const id = textField((await c.req.parseBody()).passkey)
    const session = browserSession.requireFresh(c, '/account')
    if (!('account' in session)) return session
    const { account } = session
    const name = passkeys.list(account.id).find((each) => each.id === id)?.name
    const removed = passkeys.remove(account.id, id, hasOtherWay(account.id))
    if (removed === 'last_way') return c.html(lastWay, 409)
    if (removed === 'done') tell(c, 'passkey_removed', { accountId: account.id, ...(name && { detail: name }) })
    return c.redirect('/account', 303)
  })

  pages.post('/account/link', async (c) => {
    const provider = textField((await c.req.parseBody()).provider)
    const session = browserSession.requireFresh(c, '/account')
    if (!('account' in session)) return session
    const errand = { type: 'link', accountId: session.account.id } as const
    return departure.leave(c, { provider, errand, returnTo: '/account' })
  })

  pages.post('/account/unlink', async (c) => {
    const id = textField((await c.req.parseBody()).identity)
    const session = browserSession.requireFresh(c, '/account')
    if (!('account' in session)) return session
    const accountId = session.account.id
    const hasOther = accounts.hasPassword(accountId) || passkeys.list(accountId).length > 0
    const provider = identities.list(accountId).find((each) => each.id === id)?.provider ?? ''
    const removed = identities.remove(accountId, id, hasOther)
    if (removed === 'last_way') return c.html(lastWay, 409)
    if (removed === 'done') tell(c, 'account_unlinked', { accountId, detail: provider })
    return c.redirect('/account', 303)
  })

  pages.post('/account/sessions/end', async (c) => {
    const id = textField((await c.req.parseBody()).session)
    const session = browserSession.require(c, '/account')
    if (!('account' in session)) return session
    const accountId = session.account.id
    const browser = sessions.list(accountId).find((each) => each.id === id)?.browser ?? ''
    if (sessions.endOne(accountId, id)) tell(c, 'signed_out', { accountId, detail: `elsewhere: ${browser}` })
    return c.redirect('/account', 303)
  })

  pages.post('/account/sign-out-everywhere', (c) => {
    const session = browserSession.find(c)
    if (session !== undefined) {
      signOut.everywhere(session.account.id)
      tell(c, 'signed_out', { accountId: session.account.id, detail: 'everywhere' })
    }
    browserSession.end(c)
    return c.redirect('/sign-in', 303)
  })

  return pages
}

const accountPage = (about: {
  readonly account: Account
  readonly hasPassword: boolean
  readonly passkeys: readonly Passkey[]
  readonly elsewhere: Markup | string
  readonly sessions: readonly SessionFacts[]
  readonly thisSession: string
  readonly now: Instant
  readonly notice: Markup | string
}): Markup =>
  layout({
    title: 'Your account',
    body: html`${about.notice}<div class="card">
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
<section class="card" aria-labelledby="passkeys">
<h2 id="passkeys">Passkeys</h2>
<p class="hint">A passkey is a key that your phone or computer keeps: a fingerprint or a PIN instead of a password.</p>
<ul class="rows">
${about.passkeys.map((each) => passkeyRow(each, about.now))}
</ul>
<p><a href="/account/passkey">Add a passkey</a></p>
</section>
${about.elsewhere}
<section class="card" aria-labelledby="sessions">
<h2 id="sessions">Where you are signed in</h2>
<ul class="rows">
${about.sessions.map((each) => sessionRow(each, about.thisSession, about.now))}
</ul>
<form class="bare" method="post" action="/account/sign-out-everywhere">
<button class="other">Sign out everywhere</button>
</form>
</section>
${about.account.role === 'owner' ? html`<p><a href="/people">The people of the household</a></p>` : ''}
<p><a href="/">Back to the home</a></p>`,
  })

const sessionRow = (
  { id, browser, address, signedInAt, lastSeenAt }: SessionFacts,
  own: string,
  now: Instant,
): Markup =>
  html`<li>
<p><strong>${browser}</strong>${id === own ? ' (this one)' : ''}<br>
<span class="hint">From ${address}. Signed in ${formatAgo(signedInAt, now)}, last seen ${formatAgo(lastSeenAt, now)}.</span></p>
${id === own ? '' : html`<form class="bare" method="post" action="/account/sessions/end"><input type="hidden" name="session" value="${id}"><button class="other small">End<span class="unseen"> ${browser} from ${address}</span></button></form>`}
</li>`

const passkeyRow = ({ id, name, createdAt, lastUsedAt }: Passkey, now: Instant): Markup =>
  html`<li>
<p><strong>${name}</strong><br>
<span class="hint">Made ${formatAgo(createdAt, now)}, ${lastUsedAt === undefined ? 'not used yet' : `last used ${formatAgo(lastUsedAt, now)}`}.</span></p>
<form class="bare" method="post" action="/account/passkey/remove"><input type="hidden" name="passkey" value="${id}"><button class="other small">Remove<span class="unseen"> ${name}</span></button></form>
</li>`

const lastWay = layout({
  title: 'This one stays',
  body: html`<p>It is your only way to sign in. Set a password, add a passkey or link another account first.</p>
<p><a class="button" href="/account">To your account</a></p>`,
})

const passwordForm = ({ wrong, notice = '' }: { wrong?: string; notice?: Markup | string }): Markup =>
  layout({
    title: 'A new password',
    body: html`${notice}<form method="post" action="/account/password">
${problem(wrong)}
${newPasswordField({ label: 'Your new password', more: 'Every other browser and program that you are signed in with has to sign in again.' })}
<button>Set it</button>
</form>
<p><a href="/account">Leave it as it is</a></p>`,
  })

const passwordSet = (stillOpen: Markup): Markup =>
  layout({
    title: 'Your password is set',
    body: html`<p>You are signed out everywhere else. Invitations and registrations of yours that nobody has used are withdrawn.</p>
${stillOpen}
<p><a class="button" href="/account">To your account</a></p>`,
  })
