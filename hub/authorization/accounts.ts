// The people of the household.
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { ROLES, type Role } from '#contract/scopes.ts'
import type { Database } from '../store/database.ts'
import { hashPassword, PASSWORD_MAX, PASSWORD_MIN, passwordMatches } from './password.ts'

export interface Account {
  readonly id: string
  readonly name: string
  readonly role: Role
}

const row = v.object({ id: v.string(), name: v.string(), role: v.picklist(ROLES), password_hash: v.string() })

/** What a person types to make an account. The messages are shown to them. */
export const newAccount = v.object({
  name: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, 'Please choose a name'),
    v.maxLength(64, 'A name has at most 64 characters'),
    v.regex(/^[^\p{C}]*$/u, 'A name is made of letters, digits, spaces and signs'),
  ),
  password: v.pipe(
    v.string(),
    v.minLength(PASSWORD_MIN, `A password has at least ${PASSWORD_MIN} characters`),
    v.maxLength(PASSWORD_MAX, `A password has at most ${PASSWORD_MAX} characters`),
  ),
})
export type NewAccount = v.InferOutput<typeof newAccount>

/** One key for all the ways to type a name that `check` takes for the same. */
export const nameKey = (typed: string): string => typed.trim().toLowerCase()

export interface Accounts {
  find(id: string): Account | undefined
  /** The account of this name, however it is typed. */
  named(name: string): Account | undefined
  /** The account of this name if the password is its own. Takes as long for a name that nobody has. */
  check(name: string, password: string): Promise<Account | undefined>
  hasOwner(): boolean
  /** Makes the owner. Undefined when there is one already: the first link that is used wins. */
  createOwner(wanted: NewAccount): Promise<Account | undefined>
}

export function createAccounts(database: Database, clock: Clock): Accounts {
  const byId = database.prepare('SELECT * FROM accounts WHERE id=?')
  const byName = database.prepare('SELECT * FROM accounts WHERE name=?')
  const owner = database.prepare("SELECT id FROM accounts WHERE role='owner'")
  const insertOwner = database.prepare(
    `INSERT INTO accounts (id, name, role, password_hash, created_at)
     SELECT ?, ?, 'owner', ?, ? WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE role='owner')`,
  )
  const decoy = hashPassword(randomUUID())

  return {
    find(id) {
      const found = byId.get(id)
      return found && toAccount(found)
    },
    named(name) {
      const found = byName.get(name.trim())
      return found && toAccount(found)
    },
    async check(name, password) {
      if (password.length > PASSWORD_MAX) return undefined
      const found = byName.get(name.trim())
      const kept = found === undefined ? await decoy : v.parse(row, found).password_hash
      const matches = await passwordMatches(password, kept)
      return found !== undefined && matches ? toAccount(found) : undefined
    },
    hasOwner: () => owner.get() !== undefined,
    async createOwner({ name, password }) {
      const id = randomUUID()
      const { changes } = insertOwner.run(id, name, await hashPassword(password), clock.now())
      return changes === 1 ? { id, name, role: 'owner' } : undefined
    },
  }
}

function toAccount(found: unknown): Account {
  const { id, name, role } = v.parse(row, found)
  return { id, name, role }
}
