// Who belongs to the household, and what ends when that changes: at once, wherever it is connected.
import { ROLE_CEILING, type Role } from '#contract/scopes.ts'
import { type Database, inTransaction } from '../../store/database.ts'
import type { AppPasswords } from '../app-passwords.ts'
import type { Actor, Audit } from '../audit/audit.ts'
import type { Devices } from '../devices/devices.ts'
import type { Grants } from '../grants.ts'
import { PAGE_CLIENT } from '../page-client.ts'
import type { AccountChange, AccountFacts, Accounts } from './accounts.ts'

/** `by` is whom the audit names. */
export interface People {
  /** Everybody, oldest first. */
  list(): readonly AccountFacts[]
  /** What the new role does not allow has ended when this returns; what it allows more, the phone page gets when it next asks. */
  changeRole(id: string, role: Role, by?: Actor): AccountChange
  /** Their sessions, grants, app passwords and connections end with the account. The devices that they let in stay, as an owner's. */
  remove(id: string, by?: Actor): AccountChange
}

export function createPeople(options: {
  readonly database: Database
  readonly accounts: Accounts
  readonly devices: Devices
  readonly grants: Grants
  readonly appPasswords: AppPasswords
  readonly audit: Audit
}): People {
  const { database, accounts, devices, grants, appPasswords, audit } = options
  return {
    list: accounts.list,
    changeRole(id, role, by) {
      const before = accounts.find(id)
      const change = accounts.setRole(id, role)
      if (change !== 'done' || before === undefined || before.role === role) return change
      audit.record({ event: 'account_changed', ...by, detail: `${before.name}: ${before.role} → ${role}` })
      const isLowered = ROLE_CEILING[before.role].some((scope) => !ROLE_CEILING[role].includes(scope))
      // A token says the role of its making. And the page's grant was made for the old one, so it goes in either case.
      grants.end(id, isLowered ? undefined : (clientId) => clientId === PAGE_CLIENT)
      appPasswords.enforce()
      return change
    },
    remove(id, by) {
      const person = accounts.find(id)
      const heir = accounts.list().find((other) => other.role === 'owner' && other.id !== id)
      if (person === undefined) return 'unknown'
      if (heir === undefined) return 'last_owner'
      audit.record({ event: 'account_removed', ...by, detail: `${person.name}: ${person.role}` })
      const change = inTransaction(database, () => {
        devices.handOver(id, heir.id)
        return accounts.remove(id)
      })
      grants.end(id)
      grants.forgetBrowsers(id)
      appPasswords.enforce()
      return change
    },
  }
}
