// How somebody who was invited makes their account. The link is looked at by POST only: what is behind its # is never part of an address.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import { createAddressLimiter } from '../limiter.ts'
import { type Account, type Accounts, newAccount } from '../people/accounts.ts'
import { accountIdOf, type Invitation, type Invitations, type Newcomer } from '../people/invitations.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import type { BrowserSession } from './browser-session.ts'
import type { Cookie } from './cookie.ts'
import type { Departure } from './departure.ts'
import { nameField, newPasswordField } from './fields.ts'
import type { IdentityForms } from './identity-forms.ts'
import { layout, type Markup, problem, TOO_MANY_TRIES } from './layout.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { addressOf, type Requests, textField, visitorOf } from './requests.ts'
import { ROLE_NAMES, ROLE_SENTENCES } from './roles.ts'

export function invitationPages(options: {
  readonly accounts: Accounts
  readonly invitations: Invitations
  readonly passkeys: Passkeys
  readonly browserSession: BrowserSession
  readonly challengeCookie: Cookie
  readonly audit: Audit
  readonly departure: Departure
  readonly identityForms: IdentityForms
  readonly clock: Clock
}): Hono<Requests> {
  const { accounts, invitations, passkeys, browserSession, challengeCookie, audit, clock } = options
  const { departure, identityForms } = options
  const tries = createAddressLimiter({ tries: 10, window: minutes(10), clock })
  const pages = new Hono<Requests>()

  const offer = (about: { invitation: Invitation; key: string; name: string; wrong?: string }): Markup =>
    joinForm({ ...about, areOffered: passkeys.areOffered, elsewhere: identityForms.join(about) })
  /** Who guesses is told to the audit, what they guessed is not. */
  const unusable = (c: Context<Requests>) => {
    tries.count(addressOf(c))
    audit.record({ event: 'sign_in_failed', address: addressOf(c), detail: 'invitation' })
    return c.html(keyForm({ wrong: UNUSABLE }), 403)
  }

  pages.get('/invitation', (c) => (accounts.hasOwner() ? c.html(keyForm({})) : c.redirect('/setup', 303)))

  pages.post('/invitation', async (c) => {
    const key = textField((await c.req.parseBody()).key)
    if (!tries.allows(addressOf(c))) return c.html(keyForm({ wrong: TOO_MANY_TRIES }), 429)
    const invitation = invitations.find(key)
    if (invitation === undefined) return unusable(c)
    return c.html(offer({ invitation, key, name: invitation.nameHint ?? '' }))
  })

  pages.post('/invitation/accept', async (c) => {
    const form = await c.req.parseBody()
    const key = textField(form.key)
    const typed = { name: textField(form.name), password: textField(form.password) }
    if (!tries.allows(addressOf(c))) return c.html(keyForm({ wrong: TOO_MANY_TRIES }), 429)
    const invitation = invitations.find(key)
    if (invitation === undefined) return unusable(c)
    const again = (status: 400 | 401 | 409, wrong: string) =>
      c.html(offer({ invitation, key, name: typed.name, wrong }), status)
    const credential = textField(form.credential)
    const wanted = v.safeParse(credential === '' ? newAccount : v.pick(newAccount, ['name']), typed)
    if (!wanted.success) return again(400, wanted.issues[0].message)
    const { name } = wanted.output
    let newcomer: Newcomer
    if (credential === '') {
      newcomer = { name, firstWay: { type: 'password', hash: await accounts.hashPassword(typed.password) } }
    } else {
      const purpose = { type: 'join', accountId: accountIdOf(key) } as const
      const made = await passkeys.checkNew({ browser: challengeCookie.take(c), purpose, credential })
      if (made === undefined) return again(401, 'That did not work. Please try once more.')
      const keep = ({ id }: Account) => {
        if (!passkeys.keep(id, made, visitorOf(c).browser))
          throw new Error('Cannot keep a passkey as it must be new: it is known')
      }
      newcomer = { name, id: purpose.accountId, firstWay: { type: 'kept_elsewhere', keep } }
    }
    const redeemed = invitations.redeem(key, newcomer)
    switch (redeemed.outcome) {
      case 'joined': {
        browserSession.start(c, redeemed.account)
        const { id: accountId, role } = redeemed.account
        audit.record({ event: 'account_created', accountId, address: addressOf(c), detail: role })
        audit.record({ event: 'signed_in', accountId, address: addressOf(c), detail: 'invitation' })
        return c.redirect('/', 303)
      }
      case 'name_taken':
        // Or whoever was invited once could find out who lives here, and keep the processor busy with their passwords.
        tries.count(addressOf(c))
        return again(409, NAME_TAKEN)
      case 'unusable':
        return c.html(keyForm({ wrong: UNUSABLE }), 403)
    }
  })

  // Looked at now, so that nobody comes back from the provider in vain; decided when they are back.
  pages.post('/invitation/with', async (c) => {
    const form = await c.req.parseBody()
    const key = textField(form.key)
    if (!tries.allows(addressOf(c))) return c.html(keyForm({ wrong: TOO_MANY_TRIES }), 429)
    const invitation = invitations.find(key)
    if (invitation === undefined) return unusable(c)
    const typed = textField(form.name)
    const name = v.safeParse(newAccount.entries.name, typed)
    if (!name.success) return c.html(offer({ invitation, key, name: typed, wrong: name.issues[0].message }), 400)
    if (accounts.named(name.output) !== undefined) {
      tries.count(addressOf(c))
      return c.html(offer({ invitation, key, name: typed, wrong: NAME_TAKEN }), 409)
    }
    const errand = { type: 'join', invitationId: invitation.id, name: name.output } as const
    return departure.leave(c, { provider: textField(form.provider), errand, returnTo: '/' })
  })

  return pages
}

const UNUSABLE = 'This invitation opens nothing: it was used, withdrawn, or is too old. Please ask for a new one.'
const NAME_TAKEN = 'Somebody here has this name. Please choose another.'

const keyForm = ({ wrong }: { wrong?: string }): Markup =>
  layout({
    title: 'You are invited',
    script: '/invitation.js',
    body: html`<form method="post" action="/invitation">
${problem(wrong)}
<label for="key">The invitation</label>
<input id="key" name="key" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" aria-describedby="where" required>
<p class="hint" id="where">The part of the link behind the #</p>
<button>Continue</button>
</form>
<p><a href="/sign-in">I have an account</a></p>`,
  })

const joinForm = (about: {
  readonly invitation: Invitation
  readonly key: string
  readonly name: string
  readonly areOffered: boolean
  readonly elsewhere: Markup | string
  readonly wrong?: string
}): Markup => {
  const { invitation, key, name, areOffered, elsewhere, wrong } = about
  return layout({
    title: 'Join the household',
    script: PASSKEY_SCRIPT,
    body: html`<p>You will be here as: <strong>${ROLE_NAMES[invitation.role]}</strong>. ${ROLE_SENTENCES[invitation.role]}.</p>
${problem(wrong)}
<h2>With a password</h2>
<form method="post" action="/invitation/accept">
${nameField({ name })}
${newPasswordField({ label: 'A password', more: 'Nothing else is asked of it.' })}
<input type="hidden" name="key" value="${key}">
<button>Make my account</button>
</form>
<h2>With a passkey instead</h2>
${passkeyForm({
  ...{ purpose: 'join', action: '/invitation/accept', button: 'Make my account with a passkey', areOffered },
  fields: html`${nameField({ name, id: 'passkey-name' })}
<input type="hidden" name="key" value="${key}">`,
})}
${elsewhere}`,
  })
}
