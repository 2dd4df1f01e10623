import { type Database, inTransaction } from '../../store/database.ts'

/**
 * Returns what deletes an OAuth client with all that it was given, and says which grants ended. `also` is done in the same transaction:
 * what somebody is and what they may go together or not at all.
 */
export function removeClient(database: Database): (id: string, also?: () => void) => readonly string[] {
  const grants = database.prepare("SELECT id FROM oidc WHERE model='Grant' AND client_id=?")
  const removeTokens = database.prepare('DELETE FROM oidc WHERE client_id=?')
  const remove = database.prepare("DELETE FROM oidc WHERE model='Client' AND id=?")
  return (id, also = () => {}) => {
    const ended = grants.all(id).map((found) => String(found.id))
    inTransaction(database, () => {
      removeTokens.run(id)
      remove.run(id)
      also()
    })
    return ended
  }
}
