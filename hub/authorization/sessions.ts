// Who is signed in on which browser. The cookie holds 256 random bits; the database only their hash.
import { hash, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import type { Account, Accounts } from './accounts.ts'

export const SESSION_LENGTH = hours(24 * 30)

export interface Session {
  readonly account: Account
  readonly signedInAt: Instant
}

export interface Sessions {
  /** Starts a session and returns the cookie's value. */
  start(account: Account): string
  find(cookie: string | undefined): Session | undefined
  end(cookie: string | undefined): void
}

const row = v.object({ account_id: v.string(), signed_in_at: v.number() })

export function createSessions(database: Database, accounts: Accounts, clock: Clock): Sessions {
  const insert = database.prepare(
    'INSERT INTO sessions (id_hash, account_id, signed_in_at, expires_at) VALUES (?, ?, ?, ?)',
  )
  const select = database.prepare('SELECT account_id, signed_in_at FROM sessions WHERE id_hash=? AND expires_at > ?')
  const remove = database.prepare('DELETE FROM sessions WHERE id_hash=?')
  const hashed = (cookie: string) => hash('sha256', cookie, 'base64url')

  return {
    start(account) {
      const cookie = randomBytes(32).toString('base64url')
      insert.run(hashed(cookie), account.id, clock.now(), clock.now() + SESSION_LENGTH)
      return cookie
    },
    find(cookie) {
      if (cookie === undefined) return undefined
      const found = select.get(hashed(cookie), clock.now())
      if (found === undefined) return undefined
      const { account_id: accountId, signed_in_at: signedInAt } = v.parse(row, found)
      const account = accounts.find(accountId)
      return account && { account, signedInAt: instant(signedInAt) }
    },
    end(cookie) {
      if (cookie !== undefined) remove.run(hashed(cookie))
    },
  }
}
