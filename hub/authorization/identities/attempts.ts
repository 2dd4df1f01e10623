// Who is on the way to a provider, and why. Kept here and not in the browser; good once, for ten minutes, in the browser that began it.
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, minutes } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { hashOf, newSecret } from '../bearer-secret.ts'
import type { Secrets } from './identity-provider.ts'

export const ATTEMPT_LENGTH = minutes(10)

/** Anybody may begin one: there is an end to how many are kept. */
const MOST_ATTEMPTS = 1000

const errand = v.variant('type', [
  v.object({ type: v.literal('sign_in') }),
  /** Still this person. */
  v.object({ type: v.literal('confirm'), accountId: v.string() }),
  v.object({ type: v.literal('link'), accountId: v.string() }),
  /** By an invitation that was shown before; its secret is not kept. */
  v.object({ type: v.literal('join'), invitationId: v.string(), name: v.string() }),
])

/** What somebody wants of a provider. */
export type Errand = v.InferOutput<typeof errand>

export interface Attempt extends Secrets {
  readonly errand: Errand
  /** One of the pages in return-to.ts. */
  readonly returnTo: string
  readonly begunAt: Instant
}

export interface Attempts {
  /** `browser` is the text of the cookie that this is bound to. */
  begin(attempt: { readonly provider: string; readonly errand: Errand; readonly returnTo: string }): Secrets & {
    readonly browser: string
  }
  /** Once. Undefined for whatever does not go together. */
  take(back: {
    readonly browser: string | undefined
    readonly provider: string
    readonly state: string
  }): Attempt | undefined
  /** Deletes those that nobody came back from. */
  sweep(): void
}

const row = v.object({
  errand: v.pipe(v.string(), v.parseJson(), errand),
  return_to: v.string(),
  nonce: v.string(),
  code_verifier: v.string(),
  begun_at: v.number(),
  expires_at: v.number(),
})

export function createAttempts(database: Database, clock: Clock): Attempts {
  const insert = database.prepare(
    `INSERT INTO sign_in_attempts (browser_hash, state_hash, provider, errand, return_to, nonce, code_verifier, begun_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // All that must match stands here: the one in this statement is the only one, and a stranger's answer takes nothing away.
  const take = database.prepare(
    'DELETE FROM sign_in_attempts WHERE browser_hash=? AND state_hash=? AND provider=? RETURNING *',
  )
  const expired = database.prepare('DELETE FROM sign_in_attempts WHERE expires_at <= ?')
  const oldest = database.prepare(
    `DELETE FROM sign_in_attempts WHERE browser_hash IN
     (SELECT browser_hash FROM sign_in_attempts ORDER BY expires_at DESC LIMIT -1 OFFSET ${MOST_ATTEMPTS})`,
  )

  return {
    begin({ provider, errand: wanted, returnTo }) {
      const [browser, state, nonce, verifier] = [newSecret(), newSecret(), newSecret(), newSecret()]
      const now = clock.now()
      insert.run(
        ...[hashOf(browser), hashOf(state), provider, JSON.stringify(wanted), returnTo],
        ...[nonce, verifier, now, now + ATTEMPT_LENGTH],
      )
      oldest.run()
      return { browser, state, nonce, verifier }
    },
    take({ browser, provider, state }) {
      const found = browser === undefined ? undefined : take.get(hashOf(browser), hashOf(state), provider)
      if (found === undefined) return undefined
      const { code_verifier: verifier, return_to: returnTo, begun_at, expires_at, ...kept } = v.parse(row, found)
      if (expires_at <= clock.now()) return undefined
      return { ...kept, state, verifier, returnTo, begunAt: instant(begun_at) }
    },
    sweep() {
      expired.run(clock.now())
    },
  }
}
