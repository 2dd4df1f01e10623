// Initial access tokens (RFC 7591 §3): a program that is no device is registered only with one, which the owner makes for it. What the
// program may ever ask for is decided when the token is made, and not by the program.
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { parseScopes, ROLE_CEILING, type Scope } from '#contract/scopes.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { hashOf, newPrefixedSecret } from '../bearer-secret.ts'
import { newAccount } from '../people/accounts.ts'

/** Somebody makes it and pastes it into the program at once. */
const LIFETIME = hours(1)

/** A household has a handful of programs. */
const MOST = 100

/** What the owner asks for. */
export const newRegistrationToken = v.strictObject({
  name: newAccount.entries.name,
  /** `device` is no choice: that takes a device's own registration. */
  scopes: v.array(v.picklist(ROLE_CEILING.owner)),
  /** The program may ask for a person's password (the legacy flow must be on). */
  password: v.optional(v.boolean(), false),
})
export type NewRegistrationToken = v.InferOutput<typeof newRegistrationToken>

/** The most that the program which is registered with it may have. */
export interface Allowance {
  readonly scopes: readonly Scope[]
  readonly password: boolean
}

export interface RegistrationToken extends Allowance {
  readonly id: string
  readonly name: string
  readonly expiresAt: Instant
}

export interface RegistrationTokens {
  /** `text` is the secret itself, this once. Undefined when there are too many. It is good as long as its maker, where there is one, is an owner. */
  create(
    wanted: NewRegistrationToken & { readonly createdBy?: string | undefined },
  ): { readonly text: string; readonly token: RegistrationToken } | undefined
  /** Those that still wait for their program. */
  list(): readonly RegistrationToken[]
  /** What is withdrawn; undefined when there is no such one. */
  withdraw(id: string): RegistrationToken | undefined
  /** The same for all that this person made and no program has used. */
  withdrawOf(accountId: string): readonly RegistrationToken[]
  /** Takes it for one registration; undefined for what is unknown, expired or taken. */
  take(text: string): ({ readonly id: string } & Allowance) | undefined
  /** Gives it back: what was to be registered was refused, and a typing error shall not cost a token. */
  giveBack(id: string): void
  sweep(): void
}

const row = v.object({
  id: v.string(),
  name: v.string(),
  scopes: v.string(),
  password: v.number(),
  expires_at: v.number(),
})

export function createRegistrationTokens(database: Database, clock: Clock): RegistrationTokens {
  // Who does not live here any more, or is no owner, lets nobody in.
  const good =
    "taken_at IS NULL AND expires_at > ? AND (created_by IS NULL OR created_by IN (SELECT id FROM accounts WHERE role='owner'))"
  const insert = database.prepare(
    `INSERT INTO registration_tokens (id, text_hash, name, scopes, password, expires_at, created_by)
     SELECT ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM registration_tokens) < ${MOST}`,
  )
  const waiting = database.prepare(`SELECT * FROM registration_tokens WHERE ${good} ORDER BY expires_at, id`)
  const remove = database.prepare('DELETE FROM registration_tokens WHERE id=? RETURNING *')
  const removeOf = database.prepare(
    'DELETE FROM registration_tokens WHERE created_by=? AND taken_at IS NULL RETURNING *',
  )
  const take = database.prepare(`UPDATE registration_tokens SET taken_at=? WHERE text_hash=? AND ${good} RETURNING *`)
  const giveBack = database.prepare('UPDATE registration_tokens SET taken_at=NULL WHERE id=?')
  const sweep = database.prepare('DELETE FROM registration_tokens WHERE expires_at <= ?')

  return {
    create({ name, scopes, password, createdBy }) {
      const id = `registration-${randomBytes(8).toString('hex')}`
      const text = newPrefixedSecret('latchkey_registration_')
      const kept = [...new Set(scopes)]
      const expiresAt = instant(clock.now() + LIFETIME)
      const { changes } = insert.run(
        ...[id, hashOf(text), name, kept.join(' '), Number(password), expiresAt, createdBy ?? null],
      )
      return changes === 0 ? undefined : { text, token: { id, name, scopes: kept, password, expiresAt } }
    },
    list: () => waiting.all(clock.now()).map(toToken),
    withdraw(id) {
      const found = remove.get(id)
      return found && toToken(found)
    },
    withdrawOf: (accountId) => removeOf.all(accountId).map(toToken),
    take(text) {
      const now = clock.now()
      const taken = take.get(now, hashOf(text), now)
      return taken && toToken(taken)
    },
    giveBack: (id) => void giveBack.run(id),
    sweep: () => void sweep.run(clock.now()),
  }
}

function toToken(found: unknown): RegistrationToken {
  const { id, name, scopes, password, expires_at: expiresAt } = v.parse(row, found)
  return { id, name, scopes: parseScopes(scopes), password: password === 1, expiresAt: instant(expiresAt) }
}
