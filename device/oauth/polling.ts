// Asking until the person has decided. Our own loop: the library's ends at the first network error.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Answer, Final, Tokens } from './answer.ts'

export type Polling = { readonly phase: 'waiting'; readonly interval: Millis; readonly delay: Millis } | Outcome

export type Outcome =
  | { readonly phase: 'granted'; readonly tokens: Tokens }
  | { readonly phase: 'denied' }
  | { readonly phase: 'expired' }
  | { readonly phase: 'refused'; readonly error: Final }

/** "If no value is provided, clients MUST use 5 as the default." RFC 8628 §3.2 */
export const DEFAULT_INTERVAL = seconds(5)
/** "the interval MUST be increased by 5 seconds for this and all subsequent requests" RFC 8628 §3.5 */
const SLOW_DOWN_STEP = seconds(5)
/** Doubling without a bound would sleep past the code's lifetime. */
const LONGEST_DELAY = seconds(60)

/** `interval` is what the server asks for; `delay` is the time to the next poll, longer while nobody answers. */
export function next({ interval, delay }: { interval: Millis; delay: Millis }, answer: Answer): Polling {
  switch (answer.type) {
    case 'granted':
      return { phase: 'granted', tokens: answer.tokens }
    case 'authorization_pending':
      return { phase: 'waiting', interval, delay: interval }
    case 'slow_down': {
      const longer = millis(interval + SLOW_DOWN_STEP)
      return { phase: 'waiting', interval: longer, delay: longer }
    }
    case 'unreachable':
      // "On encountering a connection timeout, clients MUST unilaterally reduce their polling frequency"; exponential back-off
      // is RECOMMENDED. RFC 8628 §3.5
      return { phase: 'waiting', interval, delay: millis(Math.min(delay * 2, Math.max(LONGEST_DELAY, interval))) }
    case 'refused':
      if (answer.error === 'access_denied') return { phase: 'denied' }
      if (answer.error === 'expired_token') return { phase: 'expired' }
      return { phase: 'refused', error: answer.error }
  }
}

export interface PollOptions {
  readonly clock: Clock
  /** From the device authorization response; see DEFAULT_INTERVAL. */
  readonly interval: Millis | undefined
  /** `expires_in`, counted on the monotonic clock: a Pi's wall clock jumps when the network tells it the time. */
  readonly lifetime: Millis
  readonly ask: () => Promise<Answer>
  readonly signal: AbortSignal
}

/** Asks until the person decides or the code expires. Rejects with the reason when `signal` aborts. */
export async function pollForTokens({ clock, interval, lifetime, ask, signal }: PollOptions): Promise<Outcome> {
  const deadline = clock.uptime() + lifetime
  const first = interval ?? DEFAULT_INTERVAL
  let state: Polling = { phase: 'waiting', interval: first, delay: first }
  while (state.phase === 'waiting') {
    await clock.sleep(millis(Math.min(state.delay, deadline - clock.uptime())), signal)
    if (clock.uptime() >= deadline) return { phase: 'expired' }
    state = next(state, await ask())
    signal.throwIfAborted()
  }
  return state
}
