// What programs were given in a person's name, and its end. A device's grant is not among it: that is the household's.
import * as v from 'valibot'
import { type Database, inTransaction } from '../store/database.ts'

export interface Grants {
  /** Whether what stands on this id still does: a grant, or for a program's own token the program (clients/apps.ts). */
  isAlive(id: string): boolean
  /** Ends one grant, whoever's it is. */
  endOne(grantId: string): void
  /** Ends the grants of a client but for this one. */
  endOthers(clientId: string, kept: string): void
  /** Ends each of the person's grants that `which` names, with its tokens and connections; all of them where nothing is said. */
  end(accountId: string, which?: (clientId: string) => boolean): void
  /** The programs that hold a grant of this person. */
  clientsOf(accountId: string): readonly string[]
  /** Signs the person out of every browser where the authorization server knows them. */
  forgetBrowsers(accountId: string): void
  /** The same for one browser, by the authorization server's own session of it. */
  forgetBrowser(accountId: string, uid: string): void
}

/** What a person said yes to in one browser. */
export interface Browser {
  readonly accountId: string
  readonly authorizations: Readonly<Record<string, Authorized>>
}

interface Authorized {
  readonly grantId?: string | undefined
  /** What the program calls this browser's session. */
  readonly sid?: string | undefined
  /** It is kept when the person signs out. */
  readonly persistsLogout?: boolean | undefined
}

const kept = v.object({
  accountId: v.string(),
  authorizations: v.optional(
    v.record(
      v.string(),
      v.object({
        grantId: v.optional(v.string()),
        sid: v.optional(v.string()),
        persistsLogout: v.optional(v.boolean()),
      }),
    ),
    {},
  ),
})

/** `onForgotten` hears of each browser that a person was signed out of from elsewhere. */
export function createGrants(
  database: Database,
  onGrantEnded: (grantId: string) => void,
  onForgotten: (browser: Browser) => void,
): Grants {
  const ofPerson = database.prepare(
    `SELECT id, client_id FROM oidc WHERE model='Grant' AND payload ->> '$.accountId' = ?
     AND client_id NOT IN (SELECT id FROM devices)`,
  )
  const ofClient = database.prepare("SELECT id FROM oidc WHERE model='Grant' AND client_id=? AND id<>?")
  const alive = database.prepare("SELECT 1 FROM oidc WHERE model IN ('Grant', 'Client') AND id=?")
  const tokens = database.prepare('DELETE FROM oidc WHERE grant_id=?')
  const grant = database.prepare("DELETE FROM oidc WHERE model='Grant' AND id=?")
  const theirs = "DELETE FROM oidc WHERE model='Session' AND payload ->> '$.accountId' = ?"
  const sessions = database.prepare(`${theirs} RETURNING payload`)
  const session = database.prepare(`${theirs} AND uid=? RETURNING payload`)
  const forget = (rows: readonly Readonly<Record<string, unknown>>[]): void => {
    for (const { payload } of rows) onForgotten(v.parse(kept, JSON.parse(String(payload))))
  }

  const endEach = (ids: readonly string[]): void => {
    inTransaction(database, () => {
      for (const id of ids) {
        tokens.run(id)
        grant.run(id)
      }
    })
    for (const id of ids) onGrantEnded(id)
  }

  return {
    isAlive: (id) => alive.get(id) !== undefined,
    endOne: (grantId) => endEach([grantId]),
    endOthers: (clientId, kept) => endEach(ofClient.all(clientId, kept).map(({ id }) => String(id))),
    end(accountId, which = () => true) {
      const held = ofPerson.all(accountId).filter((found) => which(String(found.client_id)))
      endEach(held.map(({ id }) => String(id)))
    },
    clientsOf: (accountId) => [...new Set(ofPerson.all(accountId).map((found) => String(found.client_id)))],
    forgetBrowsers: (accountId) => forget(sessions.all(accountId)),
    forgetBrowser: (accountId, uid) => forget(session.all(accountId, uid)),
  }
}
