// The programs of the household, for its owners: app passwords for those that cannot refresh a token, and those that were registered for
// the flows of OAuth.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { ROLE_CEILING, SCOPE_SENTENCES, type Scope } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'
import {
  type AppPassword,
  type AppPasswords,
  describeAppPassword,
  MOST_APP_PASSWORDS,
  newAppPassword,
} from '../app-passwords.ts'
import type { Audit } from '../audit/audit.ts'
import type { App, Apps } from '../clients/apps.ts'
import {
  newRegistrationToken,
  type RegistrationToken,
  type RegistrationTokens,
} from '../clients/registration-tokens.ts'
import { formatAgo } from './ago.ts'
import { actorAt, type BrowserSession, ownersOnly } from './browser-session.ts'
import { layout, type Markup, problem } from './layout.ts'
import { onceMoreNotice } from './once-more.ts'
import { type Requests, textField } from './requests.ts'
import { COPY_SCRIPT, shownOnce } from './shown-once.ts'

export function programPages(options: {
  readonly appPasswords: AppPasswords
  readonly apps: Apps
  readonly registrationTokens: RegistrationTokens
  readonly publicUrl: URL
  readonly audit: Audit
  readonly browserSession: BrowserSession
  readonly clock: Clock
}): Hono<Requests> {
  const { appPasswords, apps, registrationTokens, publicUrl, audit, browserSession, clock } = options
  const pages = new Hono<Requests>()

  const { owner, freshOwner } = ownersOnly(browserSession, '/programs', notYours)
  const show = (c: Context<Requests>, refused?: Refused) => {
    const lists = { appPasswords: appPasswords.list(), apps: apps.list(), waiting: registrationTokens.list() }
    return c.html(
      programsPage({ ...lists, now: clock.now(), refused, notice: onceMoreNotice(c) }),
      refused === undefined ? 200 : 400,
    )
  }

  pages.get('/programs', (c) => {
    const session = owner(c)
    return 'account' in session ? show(c) : session
  })

  pages.post('/programs/password', async (c) => {
    const form = await c.req.parseBody({ all: true })
    const session = freshOwner(c)
    if (!('account' in session)) return session
    const typed = typedInto(form)
    const again = (wrong: string) => show(c, { form: 'password', wrong, ...typed })
    const wanted = v.safeParse(newAppPassword, typed)
    if (!wanted.success) return again(wanted.issues[0].message)
    const createdBy = { accountId: session.account.id, scopes: ROLE_CEILING[session.account.role] }
    const making = appPasswords.create({ ...wanted.output, createdBy })
    if (making.outcome !== 'made') {
      return again(`There are ${MOST_APP_PASSWORDS} app passwords: revoke one that is not needed.`)
    }
    const { appPassword, text } = making
    const detail = describeAppPassword(appPassword)
    audit.record({ event: 'app_password_created', ...actorAt(c, session), clientId: appPassword.id, detail })
    return c.html(madePage({ name: appPassword.name, text }))
  })

  pages.post('/programs/password/revoke', async (c) => {
    const id = textField((await c.req.parseBody()).id)
    const session = owner(c)
    if (!('account' in session)) return session
    // Taking something away needs no confirmation: whoever is in a hurry has a reason.
    const revoked = appPasswords.revoke(id)
    if (revoked !== undefined) {
      audit.record({ event: 'app_password_revoked', ...actorAt(c, session), clientId: id, detail: revoked.name })
    }
    return c.redirect('/programs', 303)
  })

  pages.post('/programs/register', async (c) => {
    const form = await c.req.parseBody({ all: true })
    const session = freshOwner(c)
    if (!('account' in session)) return session
    const typed = typedInto(form)
    const again = (wrong: string) => show(c, { form: 'register', wrong, ...typed })
    const wanted = v.safeParse(newRegistrationToken, typed)
    if (!wanted.success) return again(wanted.issues[0].message)
    const made = registrationTokens.create({ ...wanted.output, createdBy: session.account.id })
    if (made === undefined) return again('Too many registrations wait: withdraw one, or wait an hour.')
    audit.record({ event: 'registration_allowed', ...actorAt(c, session), detail: made.token.name })
    return c.html(registrationPage({ name: made.token.name, text: made.text, publicUrl }))
  })

  pages.post('/programs/withdraw', async (c) => {
    const id = textField((await c.req.parseBody()).id)
    const session = owner(c)
    if (!('account' in session)) return session
    const withdrawn = registrationTokens.withdraw(id)
    if (withdrawn !== undefined) {
      audit.record({ event: 'registration_withdrawn', ...actorAt(c, session), detail: withdrawn.name })
    }
    return c.redirect('/programs', 303)
  })

  pages.post('/programs/remove', async (c) => {
    const clientId = textField((await c.req.parseBody()).id)
    const session = owner(c)
    if (!('account' in session)) return session
    if (apps.remove(clientId)) audit.record({ event: 'client_removed', ...actorAt(c, session), clientId })
    return c.redirect('/programs', 303)
  })

  return pages
}

/** What was typed into one of the two forms and is shown there again, as nobody likes to type it twice. */
interface Typed {
  readonly name: string
  readonly scopes: readonly unknown[]
}
interface Refused extends Typed {
  readonly form: 'password' | 'register'
  readonly wrong: string
}

/** The ticked boxes of a form are none, one text, or several. */
const typedInto = ({ name, scope }: Readonly<Record<string, unknown>>): Typed => ({
  name: textField(name),
  scopes: scope === undefined ? [] : [scope].flat(),
})
const UNTYPED: Typed = { name: '', scopes: ['home:read'] }

const programsPage = (about: {
  readonly appPasswords: readonly AppPassword[]
  readonly apps: readonly App[]
  readonly waiting: readonly RegistrationToken[]
  readonly now: Instant
  readonly refused: Refused | undefined
  readonly notice: Markup | string
}): Markup => {
  const typed = (form: Refused['form']) => (about.refused?.form === form ? about.refused : UNTYPED)
  return layout({
    title: 'Programs',
    body: html`${about.notice}${problem(about.refused?.wrong)}
<section class="card" aria-labelledby="passwords">
<h2 id="passwords">App passwords</h2>
<p class="hint">For a program that knows no OAuth, such as Home Assistant, Node-RED or mosquitto.</p>
${about.appPasswords.length === 0 ? html`<p>None.</p>` : ''}
<ul class="rows">
${about.appPasswords.map((each) => passwordRow(each, about.now))}
</ul>
</section>
<form method="post" action="/programs/password">
<h2>Make an app password</h2>
${nameAndScopes('password', typed('password'))}
<button>Make it</button>
</form>
<section class="card" aria-labelledby="registered">
<h2 id="registered">Registered programs</h2>
<p class="hint">They ask each person for what they want, by OAuth.</p>
${about.apps.length + about.waiting.length === 0 ? html`<p>None.</p>` : ''}
<ul class="rows">
${about.apps.map((each) => appRow(each, about.now))}
${about.waiting.map(waitingRow)}
</ul>
</section>
<form method="post" action="/programs/register">
<h2>Let a program be registered</h2>
<p class="hint">You get a token for its developer. It registers one program within an hour, which can never ask for more than this.</p>
${nameAndScopes('register', typed('register'))}
<button>Make a token</button>
</form>
<p><a href="/">Back to the home</a></p>`,
  })
}

const nameAndScopes = (
  form: Refused['form'],
  { name, scopes }: Typed,
): Markup => html`<label for="${form}-name">The program</label>
<input id="${form}-name" name="name" value="${name}" maxlength="64" autocomplete="off" required>
<fieldset>
<legend>It may</legend>
${ROLE_CEILING.owner.map(
  (scope) =>
    html`<label class="box" for="${form}-${scope}"><input type="checkbox" id="${form}-${scope}" name="scope" value="${scope}"${scopes.includes(scope) ? html` checked` : ''}> ${SCOPE_SENTENCES[scope]}</label>`,
)}
</fieldset>`

const sentences = (scopes: readonly Scope[]): string => scopes.map((scope) => SCOPE_SENTENCES[scope]).join('. ')

const passwordRow = ({ id, name, scopes, lastUsedAt }: AppPassword, now: Instant): Markup =>
  html`<li>
<p><strong>${name}</strong><br>
<span class="hint">${sentences(scopes)}. ${lastUsedAt === undefined ? 'Never used' : `Last used ${formatAgo(lastUsedAt, now)}`}.</span></p>
<form class="bare" method="post" action="/programs/password/revoke"><input type="hidden" name="id" value="${id}"><button class="other small">Revoke<span class="unseen"> the app password of ${name}</span></button></form>
</li>`

const appRow = ({ id, name, scopes, redirectUris, registeredAt }: App, now: Instant): Markup =>
  html`<li>
<p><strong>${name}</strong><br>
<span class="hint">${id}${redirectUris.length > 0 ? `, at ${redirectUris.map(hostOf).join(', ')}` : ''}. ${scopes.length > 0 ? `${sentences(scopes)}.` : 'It only learns who you are.'} Registered ${formatAgo(registeredAt, now)}.</span></p>
<form class="bare" method="post" action="/programs/remove"><input type="hidden" name="id" value="${id}"><button class="other small">Put out<span class="unseen"> ${name}</span></button></form>
</li>`

const hostOf = (uri: string): string => {
  const { host, protocol } = new URL(uri)
  return host === '' ? protocol : host
}

const waitingRow = ({ id, name }: RegistrationToken): Markup =>
  html`<li>
<p><strong>${name}</strong><br>
<span class="hint">Not registered yet. Its token lasts an hour.</span></p>
<form class="bare" method="post" action="/programs/withdraw"><input type="hidden" name="id" value="${id}"><button class="other small">Withdraw<span class="unseen"> the token of ${name}</span></button></form>
</li>`

const madePage = ({ name, text }: { name: string; text: string }): Markup =>
  layout({
    title: `The app password of ${name}`,
    script: COPY_SCRIPT,
    body: html`<p>Give it to the program as its MQTT password (with any user name) or as a bearer token. It is not shown again.</p>
${shownOnce({ id: 'text', label: 'The password', text })}
<p><a class="button" href="/programs">To the programs</a></p>`,
  })

const registrationPage = ({ name, text, publicUrl }: { name: string; text: string; publicUrl: URL }): Markup =>
  layout({
    title: `Registering ${name}`,
    script: COPY_SCRIPT,
    body: html`<p>The developer sends it as a bearer token to <code>${new URL('/oauth/register', publicUrl).href}</code> (RFC 7591), once, within an hour. It is not shown again.</p>
${shownOnce({ id: 'text', label: 'The registration token', text })}
<p><a class="button" href="/programs">To the programs</a></p>`,
  })

const notYours = layout({
  title: 'This is for owners',
  body: html`<p>Which programs come in is decided by the household's owners.</p>
<p><a href="/">Back to the home</a></p>`,
})
