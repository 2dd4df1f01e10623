// Accounts and what hangs on them, alone: a real database, a clock that turns, and a Robin who owns the place.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { millis } from '#contract/time.ts'
import { createGrants } from '../../../hub/authorization/grants.ts'
import { type Account, createAccounts } from '../../../hub/authorization/people/accounts.ts'
import { createInvitations } from '../../../hub/authorization/people/invitations.ts'
import { createSessions } from '../../../hub/authorization/sign-in/sessions.ts'
import { openDatabase } from '../../../hub/store/database.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { OWNER, QUICK } from '../../person.ts'
import { quiet } from '../../quiet.ts'

/** Looks like one and is no password's: who only needs an account does not wait for argon2. */
export const HASH = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA'

export async function openHousehold() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const database = openDatabase(folder, 'crash')
  const clock = new VirtualClock()
  const accounts = createAccounts(database, clock, QUICK)
  const robin = await accounts.createOwner(OWNER)
  if (robin === undefined) throw new Error('no owner')
  const ended: string[] = []
  const grants = createGrants(
    database,
    (id) => ended.push(id),
    () => {},
  )
  const sessions = createSessions({
    database,
    accounts,
    clock,
    log: quiet,
    endGrant: grants.endOne,
    forgetBrowser: grants.forgetBrowser,
  })
  const invitations = createInvitations({ database, accounts, clock })
  return {
    ...{ database, clock, accounts, sessions, invitations, robin, ended },
    /** Somebody more, a moment later. */
    async join(name: string, role: Account['role']): Promise<Account> {
      await clock.advance(millis(1))
      const account = accounts.create({ id: randomUUID(), name, role, passwordHash: HASH })
      if (account === undefined) throw new Error(`there is a ${name}`)
      return account
    },
    [Symbol.dispose]() {
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}
