// Wrong passwords and passkeys, counted wherever one can be given: per address, and per name from anywhere; apart from that, per person who is
// signed in, or strangers who guess at a name would keep its owner from confirming.
import { hash } from 'node:crypto'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { createAddressLimiter, createLimiter } from './limiter.ts'
import { nameKey } from './people/accounts.ts'

const TRIES = { window: minutes(10), byAddress: 10, byTarget: 30 } as const

export interface Guess {
  readonly address: string
  /** As it was typed. A passkey is tried without one: it cannot be guessed, so the address is enough. */
  readonly name?: string | undefined
  /** Whose password it has to be, where they are signed in. */
  readonly accountId?: string | undefined
}

export interface Guesses {
  /** Counts a try before it is judged, or all that come at once are judged by the same count. False when there is none left. */
  take(guess: Guess): boolean
  /** It was right, and only wrong ones count. */
  giveBack(guess: Guess): void
}

export function createGuesses(clock: Clock): Guesses {
  const byAddress = createAddressLimiter({ tries: TRIES.byAddress, window: TRIES.window, clock })
  const byTarget = createLimiter({ tries: TRIES.byTarget, window: TRIES.window, clock })
  return {
    take(guess) {
      const target = targetOf(guess)
      if (!byAddress.allows(guess.address) || (target !== undefined && !byTarget.allows(target))) return false
      byAddress.count(guess.address)
      if (target !== undefined) byTarget.count(target)
      return true
    },
    giveBack(guess) {
      const target = targetOf(guess)
      byAddress.giveBack(guess.address)
      if (target !== undefined) byTarget.giveBack(target)
    },
  }
}

/** As short for what nobody is called: ten thousand names of a whole form each would fill the memory. No name is an account. */
function targetOf({ name, accountId }: Guess): string | undefined {
  if (accountId !== undefined) return `account ${accountId}`
  return name === undefined ? undefined : `name ${hash('sha256', nameKey(name), 'base64url')}`
}
