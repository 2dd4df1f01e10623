// Wrong passwords and passkeys, counted wherever one can be given: per address, and per name from anywhere.
import { hash } from 'node:crypto'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import { createAddressLimiter, createLimiter } from './limiter.ts'
import { nameKey } from './people/accounts.ts'

const TRIES = { window: minutes(10), byAddress: 10, byName: 30 } as const

export interface Guess {
  readonly address: string
  /** A passkey is tried without one: it cannot be guessed, so the address is enough. */
  readonly name: string | undefined
}

export interface Guesses {
  /** Counts a try before it is judged, or all that come at once are judged by the same count. False when there is none left. */
  take(guess: Guess): boolean
  /** It was right, and only wrong ones count. */
  giveBack(guess: Guess): void
}

export function createGuesses(clock: Clock): Guesses {
  const byAddress = createAddressLimiter({ tries: TRIES.byAddress, window: TRIES.window, clock })
  const byName = createLimiter({ tries: TRIES.byName, window: TRIES.window, clock })
  return {
    take({ address, name }) {
      if (!byAddress.allows(address) || (name !== undefined && !byName.allows(keyOf(name)))) return false
      byAddress.count(address)
      if (name !== undefined) byName.count(keyOf(name))
      return true
    },
    giveBack({ address, name }) {
      byAddress.giveBack(address)
      if (name !== undefined) byName.giveBack(keyOf(name))
    },
  }
}

/** As short for what nobody is called: ten thousand names of a whole form each would fill the memory. */
const keyOf = (name: string): string => hash('sha256', nameKey(name), 'base64url')
