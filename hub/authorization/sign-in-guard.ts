// Who may try a password, and how often: one count for every place that takes one.
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { type Account, type Accounts, nameKey } from './accounts.ts'
import type { Audit } from './audit.ts'
import { createLimiter } from './limiter.ts'

/** Wrong passwords: per address, and per name from anywhere. */
const TRIES = { window: minutes(10), byAddress: 10, byName: 30 } as const

export type Tried =
  | { readonly outcome: 'right'; readonly account: Account }
  | { readonly outcome: 'wrong' | 'too_many' }

export interface SignInGuard {
  /** Takes as long for a name that nobody has. `by` says for the audit what was signed in with. */
  check(typed: {
    readonly name: string
    readonly password: string
    readonly address: string
    readonly by: 'password' | 'password grant'
    readonly clientId?: string
  }): Promise<Tried>
}

export function createSignInGuard(accounts: Accounts, audit: Audit, clock: Clock): SignInGuard {
  const byAddress = createLimiter({ tries: TRIES.byAddress, window: TRIES.window, clock })
  const byName = createLimiter({ tries: TRIES.byName, window: TRIES.window, clock })
  return {
    async check({ name, password, address, by, clientId }) {
      const key = nameKey(name)
      // A name that nobody has may be a password in the wrong field.
      const failed = (detail: string) =>
        audit.record({ event: 'sign_in_failed', accountId: accounts.named(name)?.id, clientId, address, detail })
      if (!byAddress.allows(address) || !byName.allows(key)) {
        failed('too many tries')
        return { outcome: 'too_many' }
      }
      // Counted before the check and given back after it: all that come at once are not judged by the same count.
      byAddress.count(address)
      byName.count(key)
      const account = await accounts.check(name, password)
      if (account === undefined) {
        failed(by)
        return { outcome: 'wrong' }
      }
      byAddress.giveBack(address)
      byName.giveBack(key)
      audit.record({ event: 'signed_in', accountId: account.id, clientId, address, detail: by })
      return { outcome: 'right', account }
    },
  }
}
