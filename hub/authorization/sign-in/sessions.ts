// Who is signed in on which browser. The cookie holds 256 random bits, new at each sign-in and each confirmation (session fixation); the
// database only their hash.
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { hours, type Instant, instant, minutes } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { hashOf, newSecret } from '../bearer-secret.ts'
import type { Account, Accounts } from '../people/accounts.ts'

export const SESSION_LENGTH = hours(24 * 30)

/** Browsers of one person that are signed in; with the next, the one that signed in longest ago is not. */
export const MOST_SESSIONS = 100

/** How exact "last seen" is: each visit written down would be a write to the SD card for every page. */
const SEEN_STEP = minutes(10)

/** How long a password or a passkey counts for what matters more than the rest: people, keys, disarming. */
export const FRESH_FOR = minutes(5)

export interface Session {
  /** Names it in lists; the cookie is another thing, and changes. */
  readonly id: string
  readonly account: Account
  readonly signedInAt: Instant
  /** When a password or a passkey was last given in it. */
  readonly confirmedAt: Instant
}

/** Whether the person proved lately who they are. A clock that was put back proves nothing. */
export const isFresh = ({ confirmedAt }: Pick<Session, 'confirmedAt'>, now: Instant): boolean =>
  confirmedAt <= now && now - confirmedAt < FRESH_FOR

/** From where a browser comes, and which it says it is. */
export interface Visitor {
  readonly address: string
  readonly browser: string
}

export interface SessionFacts extends Visitor {
  readonly id: string
  readonly signedInAt: Instant
  /** To ten minutes. */
  readonly lastSeenAt: Instant
}

export interface Sessions {
  /**
   * Starts a session and returns the cookie's value. `confirmedAt` is for who came with neither password nor passkey: when they proved
   * elsewhere who they are; now, where nothing is said.
   */
  start(session: { readonly account: Account; readonly from: Visitor; readonly confirmedAt?: Instant }): string
  find(cookie: string | undefined): Session | undefined
  /** The person has proved again who they are: returns the new value of the cookie; the old one is good for nothing. */
  confirm(cookie: string | undefined): string | undefined
  /** What the phone page is given in this session ends with it. False when it has ended already. */
  noteGrant(sessionId: string, grantId: string): boolean
  /** What the authorization server calls its own session of the same browser: it ends with this one, where that is ended from elsewhere. */
  noteBrowser(sessionId: string, uid: string): void
  /** The person's own, newest first. */
  list(accountId: string): readonly SessionFacts[]
  end(cookie: string | undefined): void
  /** False when this person has no such session. */
  endOne(accountId: string, id: string): boolean
  endAll(accountId: string, options?: { readonly except: string }): void
}

const row = v.object({
  id: v.string(),
  account_id: v.string(),
  signed_in_at: v.number(),
  confirmed_at: v.number(),
  last_seen_at: v.number(),
  address: v.string(),
  browser: v.string(),
  browser_uid: v.nullable(v.string()),
})

export function createSessions(options: {
  readonly database: Database
  readonly accounts: Accounts
  readonly clock: Clock
  readonly log: Logger
  /** Ends the grant with its tokens and connections. */
  readonly endGrant: (grantId: string) => void
  /** Ends the authorization server's own session of a browser. */
  readonly forgetBrowser: (accountId: string, uid: string) => void
}): Sessions {
  const { database, accounts, clock, log, endGrant, forgetBrowser } = options
  const insert = database.prepare(
    `INSERT INTO sessions (id, cookie_hash, account_id, signed_in_at, confirmed_at, last_seen_at, expires_at, address, browser)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byCookie = database.prepare('SELECT * FROM sessions WHERE cookie_hash=? AND expires_at > ?')
  const ofAccount = database.prepare(
    'SELECT * FROM sessions WHERE account_id=? AND expires_at > ? ORDER BY signed_in_at DESC, rowid DESC',
  )
  const see = database.prepare('UPDATE sessions SET last_seen_at=? WHERE id=?')
  const renew = database.prepare(
    'UPDATE sessions SET cookie_hash=?, confirmed_at=?, last_seen_at=? WHERE cookie_hash=? AND expires_at > ?',
  )
  const remove = database.prepare('DELETE FROM sessions WHERE id=?')
  const note = database.prepare(
    `INSERT INTO session_grants (grant_id, session_id) SELECT ?, id FROM sessions WHERE id=?
     ON CONFLICT (grant_id) DO UPDATE SET session_id=excluded.session_id`,
  )
  const noteUid = database.prepare('UPDATE sessions SET browser_uid=?1 WHERE id=?2 AND browser_uid IS NOT ?1')
  const grants = database.prepare('SELECT grant_id FROM session_grants WHERE session_id=?')

  const load = (cookie: string | undefined) => {
    const found = cookie === undefined ? undefined : byCookie.get(hashOf(cookie), clock.now())
    return found && v.parse(row, found)
  }
  const noteVisit = (id: string, lastSeenAt: number): void => {
    const now = clock.now()
    // Either way: the clock of a Pi may have been put right.
    if (Math.abs(now - lastSeenAt) < SEEN_STEP) return
    try {
      see.run(now, id)
    } catch (err) {
      // A full disk is no reason to lock anybody out.
      log.warn({ err }, 'could not note that somebody was here')
    }
  }
  const endById = (id: string): void => {
    const given = grants.all(id)
    remove.run(id)
    for (const { grant_id: grantId } of given) endGrant(String(grantId))
  }
  /** Its browser is not at hand: what the authorization server knows of it would go on. */
  const endElsewhere = (found: unknown): void => {
    const { id, account_id: accountId, browser_uid: uid } = v.parse(row, found)
    endById(id)
    if (uid !== null) forgetBrowser(accountId, uid)
  }

  return {
    start({ account, from, confirmedAt }) {
      const cookie = newSecret()
      const now = clock.now()
      const id = randomBytes(8).toString('hex')
      const { address, browser } = from
      for (const old of ofAccount.all(account.id, now).slice(MOST_SESSIONS - 1)) endElsewhere(old)
      insert.run(
        ...[id, hashOf(cookie), account.id, now, confirmedAt ?? now, now, now + SESSION_LENGTH],
        ...[address, browser],
      )
      return cookie
    },
    find(cookie) {
      const found = load(cookie)
      const account = found && accounts.find(found.account_id)
      if (found === undefined || account === undefined) return undefined
      noteVisit(found.id, found.last_seen_at)
      const { id, signed_in_at: signedInAt, confirmed_at: confirmedAt } = found
      return { id, account, signedInAt: instant(signedInAt), confirmedAt: instant(confirmedAt) }
    },
    confirm(cookie) {
      if (cookie === undefined) return undefined
      const next = newSecret()
      const now = clock.now()
      return renew.run(hashOf(next), now, now, hashOf(cookie), now).changes === 1 ? next : undefined
    },
    noteGrant: (sessionId, grantId) => note.run(grantId, sessionId).changes === 1,
    noteBrowser: (sessionId, uid) => void noteUid.run(uid, sessionId),
    list: (accountId) =>
      ofAccount.all(accountId, clock.now()).map((found) => {
        const { id, address, browser, signed_in_at: signedInAt, last_seen_at: lastSeenAt } = v.parse(row, found)
        return { id, address, browser, signedInAt: instant(signedInAt), lastSeenAt: instant(lastSeenAt) }
      }),
    end(cookie) {
      const found = load(cookie)
      if (found !== undefined) endById(found.id)
    },
    endOne(accountId, id) {
      const theirs = ofAccount.all(accountId, clock.now()).find((found) => found.id === id)
      if (theirs !== undefined) endElsewhere(theirs)
      return theirs !== undefined
    },
    endAll(accountId, { except } = { except: '' }) {
      for (const found of ofAccount.all(accountId, clock.now())) if (found.id !== except) endElsewhere(found)
    },
  }
}
