// What other pages show of accounts elsewhere: nothing where the household has no provider.
import { html } from 'hono/html'
import type { Instant } from '#contract/time.ts'
import type { Identities, LinkedIdentity } from '../identities/identities.ts'
import type { IdentityProvider } from '../identities/identity-provider.ts'
import type { Accounts } from '../people/accounts.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import { formatAgo } from './ago.ts'
import { nameField } from './fields.ts'
import type { Markup } from './layout.ts'

type Part = Markup | string

export interface IdentityForms {
  signIn(to: string): Part
  join(about: { readonly key: string; readonly name: string }): Part
  confirm(accountId: string, to: string): Part
  /** The section of one's own account. */
  linked(accountId: string, now: Instant): Part
}

export function createIdentityForms(options: {
  readonly providers: readonly IdentityProvider[]
  readonly identities: Identities
  readonly accounts: Accounts
  readonly passkeys: Passkeys
}): IdentityForms {
  const { providers, identities, accounts, passkeys } = options
  const nameOf = (id: string) => providers.find((each) => each.id === id)?.name ?? id
  /** Those that the account is linked to. */
  const providersOf = (accountId: string) => {
    const used = new Set(identities.usable(accountId).map(({ provider }) => provider))
    return providers.filter(({ id }) => used.has(id))
  }
  const isWithoutProof = (accountId: string) =>
    !accounts.hasPassword(accountId) &&
    passkeys.list(accountId).length === 0 &&
    providersOf(accountId).every(({ confirms }) => !confirms)

  const linkedRow = ({ id, provider, name, linkedAt, lastUsedAt }: LinkedIdentity, now: Instant): Markup =>
    html`<li>
<p><strong>${nameOf(provider)}</strong>${name === '' ? '' : `: ${name}`}<br>
<span class="hint">Linked ${formatAgo(linkedAt, now)}, ${lastUsedAt === undefined ? 'not used since' : `last used ${formatAgo(lastUsedAt, now)}`}.${providers.some((each) => each.id === provider) ? '' : ' The hub does not sign in there any more.'}</span></p>
<form class="bare" method="post" action="/account/unlink"><input type="hidden" name="identity" value="${id}"><button class="other small">Unlink<span class="unseen"> ${nameOf(provider)} ${name}</span></button></form>
</li>`

  return {
    signIn(to) {
      if (providers.length === 0) return ''
      return html`<section aria-label="With an account elsewhere">
${providers.map(({ id, name }) => html`<a class="button other" href="/sign-in/with/${id}?return_to=${encodeURIComponent(to)}">Sign in with ${name}</a>`)}
</section>`
    },
    join({ key, name }) {
      if (providers.length === 0) return ''
      return html`<h2>With an account elsewhere instead</h2>
<form method="post" action="/invitation/with">
${nameField({ name, id: 'with-name' })}
<input type="hidden" name="key" value="${key}">
${providers.map((each) => html`<button class="other" name="provider" value="${each.id}">Join with ${each.name}</button>`)}
</form>`
    },
    confirm(accountId, to) {
      const able = providersOf(accountId).filter(({ confirms }) => confirms)
      const hint = isWithoutProof(accountId) ? html`<p class="hint">${NO_PROOF}</p>` : ''
      if (able.length === 0) return hint
      return html`<form method="post" action="/confirm/with">
<input type="hidden" name="return_to" value="${to}">
${able.map(({ id, name }) => html`<button class="other" name="provider" value="${id}">Confirm with ${name}</button>`)}
</form>`
    },
    linked(accountId, now) {
      const all = identities.list(accountId)
      if (providers.length === 0 && all.length === 0) return ''
      return html`<section class="card" aria-labelledby="linked">
<h2 id="linked">Accounts elsewhere</h2>
<p class="hint">An account elsewhere that is linked signs you in here.</p>
${all.length > 0 && isWithoutProof(accountId) ? html`<p class="problem">Please set a password or add a passkey now, within five minutes of joining: later nothing here could prove that it is you.</p>` : ''}
<ul class="rows">
${all.map((each) => linkedRow(each, now))}
</ul>
${
  providers.length === 0
    ? ''
    : html`<form class="bare" method="post" action="/account/link">
${providers.map(({ id, name }) => html`<button class="other" name="provider" value="${id}">Link ${name}</button>`)}
</form>`
}
</section>`
    },
  }
}

const NO_PROOF =
  'Where you sign in, nobody can be asked whether it is still you, and you have neither a password nor a passkey. Ask an owner for a new invitation, and set a password or add a passkey when you join.'
