// Challenges of WebAuthn: each is for one browser and one purpose, and good once.
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { hashOf } from '../bearer-secret.ts'

/** WebAuthn asks for a time that a person can keep; RFC 9700 for one that a thief cannot. */
export const CHALLENGE_LENGTH = minutes(5)

/** Anybody may ask for a challenge to sign in: there is an end to how many are kept. */
const MOST_CHALLENGES = 1000

/** What a challenge is for: one that was given for another thing, or another account, is good for nothing. */
export interface Purpose {
  readonly type: 'sign_in' | 'confirm' | 'add' | 'join'
  /** Whose passkey it is, or will be; nobody's to sign in. */
  readonly accountId: string | undefined
}

/** `browser` is the text of the cookie that a challenge is bound to. */
export interface Challenges {
  /** In the place of the one that this browser had. */
  remember(challenge: string, purpose: Purpose, browser: string): void
  /** The challenge of this browser, this once; undefined where there is none for this purpose. */
  take(browser: string | undefined, purpose: Purpose): string | undefined
  /** Deletes those that nobody answered. */
  sweep(): void
}

export function createChallenges(database: Database, clock: Clock): Challenges {
  const insert = database.prepare(
    `INSERT INTO passkey_challenges (browser_hash, challenge, purpose, account_id, expires_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (browser_hash) DO UPDATE SET challenge=excluded.challenge, purpose=excluded.purpose,
       account_id=excluded.account_id, expires_at=excluded.expires_at`,
  )
  // The one in this statement is the only one: single use is its being atomic.
  const take = database.prepare('DELETE FROM passkey_challenges WHERE browser_hash=? RETURNING *')
  const expired = database.prepare('DELETE FROM passkey_challenges WHERE expires_at <= ?')
  const oldest = database.prepare(
    `DELETE FROM passkey_challenges WHERE browser_hash IN
     (SELECT browser_hash FROM passkey_challenges ORDER BY expires_at DESC LIMIT -1 OFFSET ${MOST_CHALLENGES})`,
  )
  return {
    remember(challenge, { type, accountId }, browser) {
      insert.run(hashOf(browser), challenge, type, accountId ?? null, clock.now() + CHALLENGE_LENGTH)
      oldest.run()
    },
    take(browser, { type, accountId }) {
      const found = browser === undefined ? undefined : take.get(hashOf(browser))
      if (found === undefined || Number(found.expires_at) <= clock.now()) return undefined
      return found.purpose === type && found.account_id === (accountId ?? null) ? String(found.challenge) : undefined
    },
    sweep() {
      expired.run(clock.now())
    },
  }
}
