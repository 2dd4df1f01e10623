// The people of the household.
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { ROLES, type Role } from '#contract/scopes.ts'
import { type Instant, instant } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { decoyHash, hashPassword, PASSWORD_COST, PASSWORD_MAX, PASSWORD_MIN, passwordMatches } from './password.ts'
import type { Queue } from './turns.ts'

export interface Account {
  readonly id: string
  readonly name: string
  readonly role: Role
}

export interface AccountFacts extends Account {
  readonly createdAt: Instant
  /** Whether a password is one of the ways to sign in. */
  readonly hasPassword: boolean
}

const row = v.object({
  id: v.string(),
  name: v.string(),
  role: v.picklist(ROLES),
  password_hash: v.nullable(v.string()),
  created_at: v.number(),
})

/**
 * One key for all the ways to write a name that nobody can tell apart on a page: capitals, accents in one character or two, wide letters,
 * other blanks, and what is not seen at all.
 */
export const nameKey = (typed: string): string =>
  typed.normalize('NFKC').toUpperCase().replace(UNSEEN, '').replace(/\s+/gu, ' ').trim()

/** The braille pattern without a dot is a letter, and empty. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/gu

/**
 * What is written. U+200C and U+200D are not seen and change what is around them: Persian parts its letters with the one, the other joins
 * emoji to a family. Between such they stay; elsewhere they would only hide.
 */
const WRITTEN =
  /^(?:[^\p{C}]|(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d](?=[\p{L}\p{Extended_Pictographic}]))*$/u

/** What a person types to make an account. The messages are shown to them. */
export const newAccount = v.object({
  name: v.pipe(
    v.string(),
    v.normalize('NFC'),
    v.trim(),
    v.minLength(1, 'Please choose a name'),
    v.maxLength(64, 'A name has at most 64 characters'),
    v.regex(WRITTEN, 'A name is made of letters, digits, spaces and signs'),
    v.check((name) => nameKey(name) !== '', 'A name is made of letters, digits, spaces and signs'),
  ),
  password: v.pipe(
    v.string(),
    v.minLength(PASSWORD_MIN, `A password has at least ${PASSWORD_MIN} characters`),
    v.maxLength(PASSWORD_MAX, `A password has at most ${PASSWORD_MAX} characters`),
  ),
})
export type NewAccount = v.InferOutput<typeof newAccount>

export interface Accounts {
  find(id: string): Account | undefined
  /** The account of this name, however it is typed. */
  named(name: string): Account | undefined
  /** Everybody, oldest first. */
  list(): readonly AccountFacts[]
  /**
   * The account of this name if the password is its own. Takes as long for a name that nobody has, or that has no password. Rejects with
   * `TooBusyError` while too many wait, as all that hash a password do.
   */
  check(name: string, password: string): Promise<Account | undefined>
  /** The same for whoever is signed in as it: strangers who sign in do not hold it up. */
  checkById(id: string, password: string): Promise<Account | undefined>
  hasOwner(): boolean
  hasPassword(id: string): boolean
  /** In whose name the hub's own command line acts. */
  firstOwner(): Account | undefined
  /** Makes the owner. Undefined when there is one already: the first link that is used wins. */
  createOwner(wanted: NewAccount): Promise<Account | undefined>
  /**
   * Makes an account; undefined when somebody has this name, or one that looks the same. One without a password can be signed in to only once it was given another
   * way: do both in one transaction.
   */
  create(wanted: {
    readonly id: string
    readonly name: string
    readonly role: Role
    readonly passwordHash: string | undefined
  }): Account | undefined
  /** For `create` and `setPassword`, which decide at once. */
  hashPassword(password: string): Promise<string>
  setPassword(id: string, passwordHash: string): void
  /** The last owner stays one. */
  setRole(id: string, role: Role): AccountChange
  /** Deletes the account with its sessions, app passwords and invitations; the last owner stays. */
  remove(id: string): AccountChange
}

export type AccountChange = 'done' | 'last_owner' | 'unknown'

/** `cost` is what new passwords are hashed at; what is kept already says its own. */
export function createAccounts(database: Database, clock: Clock, cost = PASSWORD_COST): Accounts {
  const all = database.prepare('SELECT * FROM accounts ORDER BY created_at, rowid')
  const byId = database.prepare('SELECT * FROM accounts WHERE id=?')
  const byName = database.prepare('SELECT * FROM accounts WHERE name=?')
  const owner = database.prepare("SELECT * FROM accounts WHERE role='owner' ORDER BY created_at, rowid LIMIT 1")
  const insert = database.prepare(
    `INSERT INTO accounts (id, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (name) DO NOTHING`,
  )
  const insertOwner = database.prepare(
    `INSERT INTO accounts (id, name, role, password_hash, created_at)
     SELECT ?, ?, 'owner', ?, ? WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE role='owner')`,
  )
  const updatePassword = database.prepare('UPDATE accounts SET password_hash=? WHERE id=?')
  const isNotLastOwner = "(role<>'owner' OR (SELECT count(*) FROM accounts WHERE role='owner') > 1)"
  const updateRole = database.prepare(`UPDATE accounts SET role=?1 WHERE id=?2 AND (?1='owner' OR ${isNotLastOwner})`)
  const remove = database.prepare(`DELETE FROM accounts WHERE id=? AND ${isNotLastOwner}`)
  /** As it is written, before what only looks like it: both may be there since before names were held to that. */
  const rowNamed = (name: string) => {
    const key = nameKey(name)
    return byName.get(name.trim()) ?? all.all().find((each) => nameKey(String(each.name)) === key)
  }
  const decoy = decoyHash(cost)

  const outcome = (id: string, { changes }: { readonly changes: number | bigint }): AccountChange => {
    if (Number(changes) === 1) return 'done'
    return byId.get(id) === undefined ? 'unknown' : 'last_owner'
  }
  const checked = async (found: unknown, password: string, by: Queue): Promise<Account | undefined> => {
    if (password.length > PASSWORD_MAX) return undefined
    const kept = found === undefined ? null : v.parse(row, found).password_hash
    const matches = await passwordMatches(password, kept ?? decoy, by)
    if (found === undefined || kept === null || !matches) return undefined
    // Again: it waits its turn, and whoever was put out by a new password meanwhile must not come back in with the old one.
    const now = byId.get(toAccount(found).id)
    return now?.password_hash === kept ? toAccount(now) : undefined
  }

  return {
    find(id) {
      const found = byId.get(id)
      return found && toAccount(found)
    },
    named(name) {
      const found = rowNamed(name)
      return found && toAccount(found)
    },
    list: () =>
      all.all().map((found) => {
        const { created_at: createdAt, password_hash: hash } = v.parse(row, found)
        return { ...toAccount(found), createdAt: instant(createdAt), hasPassword: hash !== null }
      }),
    check: (name, password) => checked(rowNamed(name), password, 'stranger'),
    checkById: (id, password) => checked(byId.get(id), password, 'known'),
    hasOwner: () => owner.get() !== undefined,
    hasPassword: (id) => (byId.get(id)?.password_hash ?? null) !== null,
    firstOwner() {
      const found = owner.get()
      return found && toAccount(found)
    },
    async createOwner({ name, password }) {
      const id = randomUUID()
      const { changes } = insertOwner.run(id, name, await hashPassword(password, cost), clock.now())
      return changes === 1 ? { id, name, role: 'owner' } : undefined
    },
    create({ id, name, role, passwordHash }) {
      if (rowNamed(name) !== undefined) return undefined
      const { changes } = insert.run(id, name, role, passwordHash ?? null, clock.now())
      return changes === 1 ? { id, name, role } : undefined
    },
    hashPassword: (password) => hashPassword(password, cost),
    setPassword(id, passwordHash) {
      updatePassword.run(passwordHash, id)
    },
    setRole: (id, role) => outcome(id, updateRole.run(role, id)),
    remove: (id) => outcome(id, remove.run(id)),
  }
}

function toAccount(found: unknown): Account {
  const { id, name, role } = v.parse(row, found)
  return { id, name, role }
}
