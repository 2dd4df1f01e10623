// App passwords: for clients that cannot refresh a token (Home Assistant, Node-RED, mosquitto). Long-lived, so each is named, scoped,
// listed and revocable, and is never stronger than the person who made it is now.
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { parseScopes, ROLE_CEILING, type Role, type Scope } from '#contract/scopes.ts'
import { type Instant, instant, minutes } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { hashOf, newPrefixedSecret } from './bearer-secret.ts'
import { type Accounts, newAccount } from './people/accounts.ts'

/** By this admission tells it from an access token. */
export const APP_PASSWORD_PREFIX = 'latchkey_'

/** A household has a handful of programs; a program that went mad does not fill the disk. */
export const MOST_APP_PASSWORDS = 100

/** How exact "last used" is: each use written down would be a write to the SD card for every request. */
const USE_STEP = minutes(10)

/** What a person asks for. `device` is no choice: being a device takes its key, and a grant. */
export const newAppPassword = v.strictObject({
  name: newAccount.entries.name,
  scopes: v.pipe(v.array(v.picklist(ROLE_CEILING.owner)), v.minLength(1, 'An app password has at least one scope')),
})
export type NewAppPassword = v.InferOutput<typeof newAppPassword>

export interface AppPassword {
  readonly id: string
  readonly name: string
  /** What it may do now: what was asked for, within the present role of its maker. */
  readonly scopes: readonly Scope[]
  readonly createdAt: Instant
  /** When it last opened a connection or asked the API, to ten minutes. */
  readonly lastUsedAt: Instant | undefined
}

/** Who comes with an app password. */
export interface AppPasswordBearer extends Pick<AppPassword, 'id' | 'scopes'> {
  readonly accountId: string
  readonly role: Role
}

export interface Maker {
  readonly accountId: string
  /** What the maker came with: nobody hands on more than they hold. */
  readonly scopes: readonly Scope[]
}

export type Making =
  /** `text` is the secret itself, this once. */
  | { readonly outcome: 'made'; readonly text: string; readonly appPassword: AppPassword }
  | { readonly outcome: 'beyond_maker'; readonly scopes: readonly Scope[] }
  | { readonly outcome: 'too_many' }

export interface AppPasswords {
  create(wanted: NewAppPassword & { readonly createdBy: Maker }): Making
  /** Oldest first, without the secrets: those are not kept. */
  list(): readonly AppPassword[]
  /** How many this person has made. */
  countOf(accountId: string): number
  /** Who this text stands for, and notes its use. Undefined for any text that is not one of those listed. */
  find(text: string): AppPasswordBearer | undefined
  /** Ends it with its connections. What it was; undefined when there is no such one. */
  revoke(id: string): AppPassword | undefined
  /**
   * Ends the connections of those that may do something else than when they were admitted, as their maker's role has changed or their
   * maker is gone. The sweep calls it every minute; whoever changes an account calls it at once.
   */
  enforce(): void
}

const row = v.object({
  id: v.string(),
  name: v.string(),
  scopes: v.string(),
  created_by: v.string(),
  created_at: v.number(),
  last_used_at: v.nullable(v.number()),
})
type Row = v.InferOutput<typeof row>

export function createAppPasswords(options: {
  readonly database: Database
  readonly accounts: Accounts
  readonly clock: Clock
  readonly log: Logger
  /** Ends the connections that stand on this id, as on a grant's. */
  readonly onEnded: (id: string) => void
}): AppPasswords {
  const { database, accounts, clock, log, onEnded } = options
  const insert = database.prepare(
    `INSERT INTO app_passwords (id, text_hash, name, scopes, created_by, created_at)
     SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM app_passwords) < ${MOST_APP_PASSWORDS}`,
  )
  const all = database.prepare('SELECT * FROM app_passwords ORDER BY created_at, id')
  const byId = database.prepare('SELECT * FROM app_passwords WHERE id=?')
  const byHash = database.prepare('SELECT * FROM app_passwords WHERE text_hash=?')
  const ofMaker = database.prepare('SELECT count(*) AS n FROM app_passwords WHERE created_by=?')
  const use = database.prepare('UPDATE app_passwords SET last_used_at=? WHERE id=?')
  const remove = database.prepare('DELETE FROM app_passwords WHERE id=?')
  /** What each was admitted with since the start. */
  const admitted = new Map<string, string>()

  const ceilingOf = (accountId: string): readonly Scope[] => {
    const account = accounts.find(accountId)
    return account === undefined ? [] : ROLE_CEILING[account.role]
  }
  const scopesOf = (found: Row): readonly Scope[] => within(parseScopes(found.scopes), ceilingOf(found.created_by))
  const toAppPassword = (found: Row): AppPassword => ({
    id: found.id,
    name: found.name,
    scopes: scopesOf(found),
    createdAt: instant(found.created_at),
    lastUsedAt: found.last_used_at === null ? undefined : instant(found.last_used_at),
  })

  const noteUse = ({ id, last_used_at: last }: Row): void => {
    const now = clock.now()
    // Either way: the clock of a Pi may have been put right.
    if (last !== null && Math.abs(now - last) < USE_STEP) return
    try {
      use.run(now, id)
    } catch (err) {
      // A full disk is no reason to lock Home Assistant out.
      log.warn({ err, appPassword: id }, 'could not note the use of an app password')
    }
  }

  return {
    create({ name, scopes, createdBy }) {
      const ceiling = within(createdBy.scopes, ceilingOf(createdBy.accountId))
      const beyond = scopes.filter((wanted) => !ceiling.includes(wanted))
      if (beyond.length > 0) return { outcome: 'beyond_maker', scopes: beyond }
      // An id holds no slash and is no device's: it is this client's OAuth name and its space of MQTT client ids.
      const id = `app-${randomBytes(8).toString('hex')}`
      const text = newPrefixedSecret(APP_PASSWORD_PREFIX)
      const kept = [...new Set(scopes)]
      const now = clock.now()
      const { changes } = insert.run(id, hashOf(text), name, kept.join(' '), createdBy.accountId, now)
      if (changes === 0) return { outcome: 'too_many' }
      return { outcome: 'made', text, appPassword: { id, name, scopes: kept, createdAt: now, lastUsedAt: undefined } }
    },
    list: () => all.all().map((found) => toAppPassword(v.parse(row, found))),
    countOf: (accountId) => Number(ofMaker.get(accountId)?.n),
    find(text) {
      const found = byHash.get(hashOf(text))
      if (found === undefined) return undefined
      const read = v.parse(row, found)
      const account = accounts.find(read.created_by)
      if (account === undefined) return undefined
      const scopes = scopesOf(read)
      // One that is weaker now must not go on elsewhere as it was.
      const before = admitted.get(read.id)
      admitted.set(read.id, scopes.join(' '))
      if (before !== undefined && before !== scopes.join(' ')) onEnded(read.id)
      noteUse(read)
      return { id: read.id, accountId: account.id, role: account.role, scopes }
    },
    revoke(id) {
      const found = byId.get(id)
      if (found === undefined) return undefined
      remove.run(id)
      admitted.delete(id)
      onEnded(id)
      return toAppPassword(v.parse(row, found))
    },
    enforce() {
      for (const [id, before] of admitted) {
        const found = byId.get(id)
        if (found !== undefined && scopesOf(v.parse(row, found)).join(' ') === before) continue
        admitted.delete(id)
        onEnded(id)
      }
    },
  }
}

/** For the audit: whose it is, and what it may do. */
export const describeAppPassword = ({ name, scopes }: AppPassword): string => `${name}: ${scopes.join(' ')}`

const within = (scopes: readonly Scope[], ceiling: readonly Scope[]): readonly Scope[] =>
  scopes.filter((scope) => ceiling.includes(scope))
