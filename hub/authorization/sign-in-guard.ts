// Who may try a password, and how often: one count for every place that takes one.
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { type Account, type Accounts, nameKey } from './accounts.ts'
import { createLimiter } from './limiter.ts'

/** Wrong passwords: per address, and per name from anywhere. */
const TRIES = { window: minutes(10), byAddress: 10, byName: 30 } as const

export type Tried =
  | { readonly outcome: 'right'; readonly account: Account }
  | { readonly outcome: 'wrong' | 'too_many' }

export interface SignInGuard {
  /** Takes as long for a name that nobody has. */
  check(typed: { readonly name: string; readonly password: string; readonly address: string }): Promise<Tried>
}

export function createSignInGuard(accounts: Accounts, clock: Clock): SignInGuard {
  const byAddress = createLimiter({ tries: TRIES.byAddress, window: TRIES.window, clock })
  const byName = createLimiter({ tries: TRIES.byName, window: TRIES.window, clock })
  return {
    async check({ name, password, address }) {
      const key = nameKey(name)
      if (!byAddress.allows(address) || !byName.allows(key)) return { outcome: 'too_many' }
      // Counted before the check and given back after it: all that come at once are not judged by the same count.
      byAddress.count(address)
      byName.count(key)
      const account = await accounts.check(name, password)
      if (account === undefined) return { outcome: 'wrong' }
      byAddress.giveBack(address)
      byName.giveBack(key)
      return { outcome: 'right', account }
    },
  }
}
