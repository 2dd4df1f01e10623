// Which accounts elsewhere open which accounts here. Linked by an invitation or by their own person, never because names or addresses
// are alike.
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant } from '#contract/time.ts'
import { type Database, inTransaction } from '../../store/database.ts'
import type { Identity } from './identity-provider.ts'

/** A person has a few. */
export const MOST_IDENTITIES = 10

export interface LinkedIdentity {
  readonly id: string
  readonly accountId: string
  /** The provider that told of it. */
  readonly provider: string
  readonly issuer: string
  /** What the person is called there; may be empty. */
  readonly name: string
  readonly linkedAt: Instant
  readonly lastUsedAt: Instant | undefined
}

export interface Identities {
  find(identity: Pick<Identity, 'issuer' | 'subject'>): LinkedIdentity | undefined
  /** In the caller's transaction, where there is one. One identity is one account: `taken` when it is somebody's, this person's included. */
  link(accountId: string, provider: string, identity: Identity): 'done' | 'taken' | 'too_many'
  /** It was signed in with. */
  noteUse(id: string, identity: Identity): void
  /** Oldest first; those that no provider tells of any more included. */
  list(accountId: string): readonly LinkedIdentity[]
  /** Those that open the account. */
  usable(accountId: string): readonly LinkedIdentity[]
  /** `mayBeLast` tells whether the account has another way in than its identities. */
  remove(accountId: string, id: string, mayBeLast: boolean): 'done' | 'last_way' | 'unknown'
}

const row = v.object({
  id: v.string(),
  account_id: v.string(),
  provider: v.string(),
  issuer: v.string(),
  name: v.string(),
  linked_at: v.number(),
  last_used_at: v.nullable(v.number()),
})

export function createIdentities(options: {
  readonly database: Database
  readonly clock: Clock
  /** Whether a provider that is set up tells of this issuer: one that was taken out of the settings opens nothing. */
  readonly isToldOf: (provider: string, issuer: string) => boolean
}): Identities {
  const { database, clock, isToldOf } = options
  const byIdentity = database.prepare('SELECT * FROM identities WHERE issuer=? AND subject=?')
  const ofAccount = database.prepare('SELECT * FROM identities WHERE account_id=? ORDER BY linked_at, rowid')
  const insert = database.prepare(
    `INSERT INTO identities (id, issuer, subject, account_id, provider, name, linked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (issuer, subject) DO NOTHING`,
  )
  const use = database.prepare('UPDATE identities SET last_used_at=?, name=? WHERE id=?')
  const remove = database.prepare('DELETE FROM identities WHERE id=? AND account_id=?')
  const list = (accountId: string) => ofAccount.all(accountId).map(toLinked)
  const usable = (accountId: string) => list(accountId).filter(({ provider, issuer }) => isToldOf(provider, issuer))

  return {
    find({ issuer, subject }) {
      const found = byIdentity.get(issuer, subject)
      return found && toLinked(found)
    },
    link(accountId, provider, { issuer, subject, name }) {
      if (list(accountId).length >= MOST_IDENTITIES) return 'too_many'
      const id = randomBytes(8).toString('hex')
      const { changes } = insert.run(id, issuer, subject, accountId, provider, name, clock.now())
      return changes === 1 ? 'done' : 'taken'
    },
    noteUse(id, { name }) {
      use.run(clock.now(), name, id)
    },
    list,
    usable,
    remove: (accountId, id, mayBeLast) =>
      inTransaction(database, () => {
        if (!list(accountId).some((each) => each.id === id)) return 'unknown'
        const opens = usable(accountId)
        if (!mayBeLast && opens.every((each) => each.id === id) && opens.length > 0) return 'last_way'
        remove.run(id, accountId)
        return 'done'
      }),
  }
}

function toLinked(found: unknown): LinkedIdentity {
  const { id, account_id: accountId, provider, issuer, name, linked_at, last_used_at } = v.parse(row, found)
  return {
    ...{ id, accountId, provider, issuer, name, linkedAt: instant(linked_at) },
    lastUsedAt: last_used_at === null ? undefined : instant(last_used_at),
  }
}
