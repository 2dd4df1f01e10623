// The access token: kept in memory only, renewed before it expires, by one request at a time.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Answer, Final, Tokens } from '../oauth/answer.ts'

/** A token and the uptime at which it ends. */
export interface Held {
  readonly accessToken: string
  readonly endsAt: Millis
  /** When to ask for the next one: at 75–85 % of its life, so that devices do not ask together. */
  readonly renewAt: Millis
}

export type Fresh =
  | { readonly type: 'held'; readonly held: Held }
  /** The hub ended the grant. Asking again is of no use. */
  | { readonly type: 'ended'; readonly error: Final }
  | { readonly type: 'unreachable'; readonly because: string }

export interface TokenSource {
  /** A token good for the next few seconds at least; `renew` asks for a new one whatever is held. */
  fresh(options?: { readonly renew?: boolean }): Promise<Fresh>
}

/** Less life than this is none: it might end on the way. */
const MARGIN = seconds(5)

export function createTokenSource(options: {
  readonly clock: Clock
  readonly random: () => number
  readonly first: Tokens | undefined
  readonly refresh: () => Promise<Answer>
}): TokenSource {
  const { clock, random, first, refresh } = options
  const hold = ({ accessToken, lifetime }: Tokens): Held => {
    const now = clock.uptime()
    const renewAt = millis(now + lifetime * (0.75 + 0.1 * random()))
    return { accessToken, endsAt: millis(now + lifetime), renewAt }
  }
  let held = first && hold(first)
  let underWay: Promise<Fresh> | undefined

  const ask = async (): Promise<Fresh> => {
    const answer = await refresh()
    switch (answer.type) {
      case 'granted':
        held = hold(answer.tokens)
        return { type: 'held', held }
      case 'refused':
        return { type: 'ended', error: answer.error }
      case 'unreachable':
        return answer
      default:
        return { type: 'unreachable', because: `the hub answered ${answer.type} to a refresh` }
    }
  }

  return {
    fresh({ renew = false } = {}) {
      if (!renew && held !== undefined && held.endsAt - clock.uptime() > MARGIN) {
        return Promise.resolve({ type: 'held', held })
      }
      underWay ??= ask().finally(() => {
        underWay = undefined
      })
      return underWay
    },
  }
}
