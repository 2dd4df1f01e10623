// After a new password: what opens the account without it, and where each is ended. Whoever knew the old one may have made some of it, and
// to end all of it unasked would also end what the household lives with.
import { html } from 'hono/html'
import type { AppPasswords } from '../app-passwords.ts'
import type { Grants } from '../grants.ts'
import type { Identities } from '../identities/identities.ts'
import type { Account } from '../people/accounts.ts'
import type { Passkeys } from '../sign-in/passkeys.ts'
import type { Markup } from './layout.ts'

export function createStillOpen(options: {
  readonly passkeys: Passkeys
  readonly identities: Identities
  readonly appPasswords: AppPasswords
  readonly grants: Grants
}): (account: Account) => Markup {
  const { passkeys, identities, appPasswords, grants } = options
  return ({ id, role }) => {
    const own = html`under <a href="/account">Your account</a>`
    const ofOwners = role === 'owner' ? html`under <a href="/programs">Programs</a>` : 'which an owner can end'
    const all: readonly (readonly [count: number, one: string, many: string, where: Markup | string])[] = [
      [passkeys.list(id).length, 'passkey', 'passkeys', own],
      [identities.usable(id).length, 'linked account', 'linked accounts', own],
      [appPasswords.countOf(id), 'app password', 'app passwords', ofOwners],
      [grants.clientsOf(id).length, 'program with a key of its own', 'programs with keys of their own', ofOwners],
    ]
    const open = all.filter(([count]) => count > 0)
    if (open.length === 0) return html`<p>Nothing else opens your account.</p>`
    return html`<p>If somebody knew the old one, look at what still opens your account, and end what you do not know:</p>
<ul>
${open.map(([count, one, many, where]) => html`<li>${count} ${count === 1 ? one : many}, ${where}</li>\n`)}
</ul>`
  }
}
