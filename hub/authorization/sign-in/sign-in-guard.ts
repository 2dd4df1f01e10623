// Trying a name and a password, wherever somebody can: counted, told to the audit, and no faster for a name that nobody has.

import type { Audit } from '../audit/audit.ts'
import type { Guesses } from '../guesses.ts'
import type { Account, Accounts } from '../people/accounts.ts'
import { unlessBusy } from '../people/turns.ts'

export type Tried =
  | { readonly outcome: 'right'; readonly account: Account }
  | { readonly outcome: 'wrong' | 'too_many' | 'busy' }

export interface SignInGuard {
  /** `by` says for the audit what was signed in with. */
  check(typed: {
    readonly name: string
    readonly password: string
    readonly address: string
    readonly by: 'password' | 'password grant'
    readonly clientId?: string
  }): Promise<Tried>
}

export function createSignInGuard(options: {
  readonly accounts: Accounts
  readonly guesses: Guesses
  readonly audit: Audit
}): SignInGuard {
  const { accounts, guesses, audit } = options
  return {
    async check({ name, password, address, by, clientId }) {
      // A name that nobody has may be a password in the wrong field.
      const failed = (detail: string) =>
        audit.record({ event: 'sign_in_failed', accountId: accounts.named(name)?.id, clientId, address, detail })
      if (!guesses.take({ address, name })) {
        failed('too many tries')
        return { outcome: 'too_many' }
      }
      const account = await accounts.check(name, password).catch(unlessBusy)
      if (account === 'busy') {
        guesses.giveBack({ address, name })
        return { outcome: 'busy' }
      }
      if (account === undefined) {
        failed(by)
        return { outcome: 'wrong' }
      }
      guesses.giveBack({ address, name })
      audit.record({ event: 'signed_in', accountId: account.id, clientId, address, detail: by })
      return { outcome: 'right', account }
    },
  }
}
