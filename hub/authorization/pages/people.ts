// The people of the household, for its owners: who is here, who may what, who is invited.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { ROLES } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import type { AccountChange, AccountFacts } from '../people/accounts.ts'
import {
  describeInvitation,
  type Invitation,
  type Invitations,
  MOST_INVITATIONS,
  newInvitation,
} from '../people/invitations.ts'
import type { People } from '../people/people.ts'
import type { Session } from '../sign-in/sessions.ts'
import { formatAgo } from './ago.ts'
import { actorAt, type BrowserSession, ownersOnly } from './browser-session.ts'
import { layout, type Markup, problem } from './layout.ts'
import { onceMoreNotice } from './once-more.ts'
import { type Requests, textField } from './requests.ts'
import { ROLE_NAMES, ROLE_SENTENCES } from './roles.ts'
import { COPY_SCRIPT, shownOnce } from './shown-once.ts'

export function peoplePages(options: {
  readonly people: People
  readonly invitations: Invitations
  readonly publicUrl: URL
  readonly audit: Audit
  readonly browserSession: BrowserSession
  readonly clock: Clock
}): Hono<Requests> {
  const { people, invitations, publicUrl, audit, browserSession, clock } = options
  const pages = new Hono<Requests>()

  const { owner, freshOwner } = ownersOnly(browserSession, '/people', notYours)
  const show = (c: Context<Requests>, session: Session, wrong?: string, typed: Typed = UNTYPED) =>
    c.html(
      peoplePage({
        ...{ people: people.list(), invitations: invitations.list(), own: session.account.id, now: clock.now() },
        ...{ wrong, typed, notice: onceMoreNotice(c) },
      }),
      wrong === undefined ? 200 : 409,
    )
  const changed = (c: Context<Requests>, session: Session, change: AccountChange) => {
    if (change === 'last_owner') return show(c, session, LAST_OWNER)
    return c.redirect('/people', 303)
  }

  pages.get('/people', (c) => {
    const session = owner(c)
    return 'account' in session ? show(c, session) : session
  })

  pages.post('/people/role', async (c) => {
    const form = await c.req.parseBody()
    const session = freshOwner(c)
    if (!('account' in session)) return session
    const role = v.safeParse(v.picklist(ROLES), form.role)
    if (!role.success) return show(c, session, 'Please choose a role.')
    return changed(c, session, people.changeRole(textField(form.person), role.output, actorAt(c, session)))
  })

  // A page and not a dialog: it works without a script.
  pages.get('/people/remove', (c) => {
    const session = owner(c)
    if (!('account' in session)) return session
    const person = people.list().find(({ id }) => id === c.req.query('person'))
    return person === undefined ? c.redirect('/people', 303) : c.html(removeForm(person))
  })

  pages.post('/people/remove', async (c) => {
    const form = await c.req.parseBody()
    const session = freshOwner(c)
    if (!('account' in session)) return session
    return changed(c, session, people.remove(textField(form.person), actorAt(c, session)))
  })

  pages.post('/people/invite', async (c) => {
    const form = await c.req.parseBody()
    const session = freshOwner(c)
    if (!('account' in session)) return session
    const hint = textField(form.name).trim()
    const wanted = v.safeParse(newInvitation, { role: form.role, ...(hint !== '' && { nameHint: hint }) })
    const typed = { name: hint, role: textField(form.role) }
    if (!wanted.success) return show(c, session, wanted.issues[0].message, typed)
    const inviting = invitations.create({ ...wanted.output, createdBy: session.account.id })
    if (inviting.outcome === 'too_many') {
      const wrong = `There are ${MOST_INVITATIONS} invitations: withdraw one that is not needed.`
      return show(c, session, wrong, typed)
    }
    audit.record({
      event: 'invitation_created',
      ...actorAt(c, session),
      detail: describeInvitation(inviting.invitation),
    })
    return c.html(invited(inviting.invitation, new URL(`/invitation#${inviting.text}`, publicUrl)))
  })

  pages.post('/people/withdraw', async (c) => {
    const form = await c.req.parseBody()
    const session = freshOwner(c)
    if (!('account' in session)) return session
    const withdrawn = invitations.withdraw(textField(form.invitation))
    if (withdrawn !== undefined) {
      audit.record({ event: 'invitation_withdrawn', ...actorAt(c, session), detail: describeInvitation(withdrawn) })
    }
    return c.redirect('/people', 303)
  })

  return pages
}

/** What was typed for an invitation, and is shown again where it was refused. */
interface Typed {
  readonly name: string
  readonly role: string
}
const UNTYPED: Typed = { name: '', role: 'guest' }

const LAST_OWNER = 'This is the last owner. Make somebody else an owner first.'

const peoplePage = (about: {
  readonly people: readonly AccountFacts[]
  readonly invitations: readonly Invitation[]
  readonly own: string
  readonly now: Instant
  readonly wrong: string | undefined
  readonly typed: Typed
  readonly notice: Markup | string
}): Markup =>
  layout({
    title: 'People',
    body: html`${about.notice}${problem(about.wrong)}
<section class="card" aria-labelledby="here">
<h2 id="here">Who is here</h2>
<ul class="rows">
${about.people.map((person) => personRow(person, about.own, about.now))}
</ul>
</section>
<section class="card" aria-labelledby="invited">
<h2 id="invited">Invited</h2>
${about.invitations.length === 0 ? html`<p>Nobody at the moment.</p>` : ''}
<ul class="rows">
${about.invitations.map((each) => invitationRow(each, about.now))}
</ul>
</section>
<form method="post" action="/people/invite">
<h2>Invite somebody</h2>
<label for="invite-name">Their name, if you like</label>
<input id="invite-name" name="name" value="${about.typed.name}" maxlength="64" autocomplete="off">
<label for="invite-role">What they may do</label>
${roleSelect('invite-role', about.typed.role, true)}
<button>Make a link</button>
</form>
<p><a href="/">Back to the home</a></p>`,
  })

const personRow = ({ id, name, role, createdAt }: AccountFacts, own: string, now: Instant): Markup =>
  html`<li>
<p><strong>${name}</strong>${id === own ? ' (you)' : ''}<br>
<span class="hint">${ROLE_NAMES[role]}, since ${formatAgo(createdAt, now)}</span></p>
<div class="row">
<form class="bare row" method="post" action="/people/role">
<input type="hidden" name="person" value="${id}">
<label class="unseen" for="role-${id}">Role of ${name}</label>
${roleSelect(`role-${id}`, role, false)}
<button class="other small">Change<span class="unseen"> the role of ${name}</span></button>
</form>
<a class="button other small" href="/people/remove?person=${encodeURIComponent(id)}">Remove<span class="unseen"> ${name}</span></a>
</div>
</li>`

const roleSelect = (id: string, chosen: string, explained: boolean): Markup =>
  html`<select id="${id}" name="role">
${ROLES.map((role) => html`<option value="${role}"${role === chosen ? html` selected` : ''}>${ROLE_NAMES[role]}${explained ? `: ${ROLE_SENTENCES[role]}` : ''}</option>`)}
</select>`

const invitationRow = ({ id, role, nameHint, createdAt }: Invitation, now: Instant): Markup =>
  html`<li>
<p><strong>${nameHint ?? 'Somebody'}</strong><br>
<span class="hint">As ${ROLE_NAMES[role].toLowerCase()}, invited ${formatAgo(createdAt, now)}. The link lasts a day.</span></p>
<form class="bare" method="post" action="/people/withdraw"><input type="hidden" name="invitation" value="${id}"><button class="other small">Withdraw<span class="unseen"> the invitation of ${nameHint ?? 'somebody'}</span></button></form>
</li>`

const removeForm = ({ id, name }: AccountFacts): Markup =>
  layout({
    title: `Remove ${name}?`,
    body: html`<p>They are signed out everywhere at once, and so is every program that they let in. The devices that they paired stay.</p>
<form class="choice" method="post" action="/people/remove">
<input type="hidden" name="person" value="${id}">
<a class="button other" href="/people">Keep ${name}</a>
<button class="other">Remove ${name}</button>
</form>`,
  })

const invited = ({ role, nameHint }: Invitation, link: URL): Markup =>
  layout({
    title: nameHint === undefined ? 'Your invitation' : `The invitation for ${nameHint}`,
    script: COPY_SCRIPT,
    body: html`<p>Send this link to one person. It makes one account (${ROLE_NAMES[role].toLowerCase()}), once, within a day. It is not shown again.</p>
${shownOnce({ id: 'link', label: 'The link', text: link.href })}
<p><a class="button" href="/people">To the people</a></p>`,
  })

const notYours = layout({
  title: 'This is for owners',
  body: html`<p>Who belongs to the household is decided by its owners. Your own account is <a href="/account">here</a>.</p>
<p><a href="/">Back to the home</a></p>`,
})
