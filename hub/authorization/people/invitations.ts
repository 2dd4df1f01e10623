// Invitations: how somebody joins the household. A link with 256 random bits opens one account, once, within a day; the database holds only
// the hash of what is in it.
import { hash, randomBytes, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { ROLES, type Role } from '#contract/scopes.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { type Database, inTransaction } from '../../store/database.ts'
import { hashOf, newSecret } from '../bearer-secret.ts'
import { type Account, type Accounts, newAccount } from './accounts.ts'

export const INVITATION_LENGTH = hours(24)

/** A household has a handful of guests on the way; a program that went mad does not fill the disk. */
export const MOST_INVITATIONS = 50

/** What an owner asks for. `nameHint` is for whom it is: the list tells it, and the newcomer finds it in the form. */
export const newInvitation = v.strictObject({
  role: v.picklist(ROLES),
  nameHint: v.optional(newAccount.entries.name),
})
export type NewInvitation = v.InferOutput<typeof newInvitation>

export interface Invitation {
  readonly id: string
  readonly role: Role
  readonly nameHint: string | undefined
  readonly createdAt: Instant
  readonly expiresAt: Instant
}

/** The first way to sign in of a new account: it never has none. */
export type FirstWay =
  | { readonly type: 'password'; readonly hash: string }
  /** Writes down a passkey, or an identity elsewhere, in the transaction that makes the account; whatever it throws undoes both. */
  | { readonly type: 'kept_elsewhere'; readonly keep: (account: Account) => void }

export interface Newcomer {
  readonly name: string
  readonly firstWay: FirstWay
  /** `accountIdOf` the invitation, where a passkey had to know it before there was an account; else a random one. */
  readonly id?: string
}

export type Inviting =
  /** `text` is the secret itself, this once: it belongs behind the `#` of a link. */
  | { readonly outcome: 'made'; readonly text: string; readonly invitation: Invitation }
  | { readonly outcome: 'too_many' }

export type Redeeming =
  | { readonly outcome: 'joined'; readonly account: Account }
  /** Withdrawn, expired, used before, or never made: which of them nobody is told. */
  | { readonly outcome: 'unusable' }
  /** Nothing has happened: the link is still good, with another name. */
  | { readonly outcome: 'name_taken' }

export interface Invitations {
  /** `createdBy` is the account of an owner. */
  create(wanted: NewInvitation & { readonly createdBy: string }): Inviting
  /** Those that are still good, oldest first, without the secrets: those are not kept. */
  list(): readonly Invitation[]
  /** What is withdrawn; undefined when there is no such one. */
  withdraw(id: string): Invitation | undefined
  /** The same for all that this person made. */
  withdrawOf(accountId: string): readonly Invitation[]
  /** What this text invites to, as long as it does. */
  find(text: string): Invitation | undefined
  /** Makes the account, and the link opens nothing any more. However many ask at the same moment, one of them joins. */
  redeem(text: string, newcomer: Newcomer): Redeeming
  /** The same by its id, for whoever showed the text before and was sent elsewhere to say who they are. */
  redeemShown(id: string, newcomer: Newcomer): Redeeming
  /** Deletes those that have expired. */
  sweep(): void
}

const row = v.object({
  id: v.string(),
  role: v.picklist(ROLES),
  name_hint: v.nullable(v.string()),
  created_at: v.number(),
  expires_at: v.number(),
})

export function createInvitations(options: {
  readonly database: Database
  readonly accounts: Accounts
  readonly clock: Clock
}): Invitations {
  const { database, accounts, clock } = options
  // Good only as long as whoever made it is an owner: nobody hands on more than they hold.
  const good = "expires_at > ? AND created_by IN (SELECT id FROM accounts WHERE role='owner')"
  const insert = database.prepare(
    `INSERT INTO invitations (id, text_hash, role, name_hint, created_by, created_at, expires_at)
     SELECT ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM invitations) < ${MOST_INVITATIONS}`,
  )
  const all = database.prepare(`SELECT * FROM invitations WHERE ${good} ORDER BY created_at, id`)
  const byHash = database.prepare(`SELECT * FROM invitations WHERE ${good} AND text_hash=?`)
  const remove = database.prepare('DELETE FROM invitations WHERE id=?')
  const withdrawn = database.prepare('DELETE FROM invitations WHERE id=? RETURNING *')
  const withdrawnOf = database.prepare('DELETE FROM invitations WHERE created_by=? RETURNING *')
  const expired = database.prepare('DELETE FROM invitations WHERE expires_at <= ?')

  const find = (text: string): Invitation | undefined => {
    const found = byHash.get(clock.now(), hashOf(text))
    return found && toInvitation(found)
  }

  const list = () => all.all(clock.now()).map(toInvitation)
  const join = (look: () => Invitation | undefined, { name, firstWay, id = randomUUID() }: Newcomer): Redeeming =>
    inTransaction(database, () => {
      const invitation = look()
      if (invitation === undefined) return { outcome: 'unusable' }
      const passwordHash = firstWay.type === 'password' ? firstWay.hash : undefined
      const account = accounts.create({ id, name, role: invitation.role, passwordHash })
      if (account === undefined) return { outcome: 'name_taken' }
      if (firstWay.type === 'kept_elsewhere') firstWay.keep(account)
      remove.run(invitation.id)
      return { outcome: 'joined', account }
    })

  return {
    create({ role, nameHint, createdBy }) {
      expired.run(clock.now())
      const id = `invitation-${randomBytes(8).toString('hex')}`
      const text = newSecret()
      const createdAt = clock.now()
      const expiresAt = instant(createdAt + INVITATION_LENGTH)
      const { changes } = insert.run(id, hashOf(text), role, nameHint ?? null, createdBy, createdAt, expiresAt)
      if (changes === 0) return { outcome: 'too_many' }
      return { outcome: 'made', text, invitation: { id, role, nameHint, createdAt, expiresAt } }
    },
    list,
    withdraw(id) {
      const found = withdrawn.get(id)
      return found && toInvitation(found)
    },
    withdrawOf: (accountId) => withdrawnOf.all(accountId).map(toInvitation),
    find,
    redeem: (text, newcomer) => join(() => find(text), newcomer),
    redeemShown: (id, newcomer) => join(() => list().find((each) => each.id === id), newcomer),
    sweep() {
      expired.run(clock.now())
    },
  }
}

/** For the audit: what it invites to, and whom. */
export const describeInvitation = ({ role, nameHint }: Invitation): string =>
  nameHint === undefined ? role : `${role}, for ${nameHint}`

/** The id of the account that this invitation makes: known before, the same each time, and nobody's choice. */
export function accountIdOf(text: string): string {
  const hex = hash('sha256', `account of ${text}`, 'hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

function toInvitation(found: unknown): Invitation {
  const { id, role, name_hint: hint, created_at: createdAt, expires_at: expiresAt } = v.parse(row, found)
  return { id, role, nameHint: hint ?? undefined, createdAt: instant(createdAt), expiresAt: instant(expiresAt) }
}
