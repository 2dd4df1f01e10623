// Assertions and proofs that were seen, in a table of their own: each refresh of each device leaves one for a minute, and beside all else,
// with its indexes, that costs two and a half times as much.
import { type Adapter, errors } from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import type { Database } from '../store/database.ts'

/**
 * What oidc-provider's model `ReplayDetection` needs of its store. Looking and keeping are two steps of the library's: keeping decides.
 * `database` need not survive a cut of the power: an assertion that was used is of no use without what it came with, and a sync of the disk
 * for each would make every poll wait for it, and whoever comes next.
 */
export function createReplays(database: Database, clock: Clock): Pick<Adapter, 'find' | 'upsert'> {
  const select = database.prepare('SELECT 1 FROM replays WHERE id=? AND expires_at >= ?')
  const insert = database.prepare(
    `INSERT INTO replays (id, expires_at) VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET expires_at=excluded.expires_at WHERE expires_at < ?`,
  )
  const epoch = () => Math.floor(clock.now() / 1000)
  return {
    async find(id) {
      return select.get(id, epoch()) === undefined ? undefined : { jti: id, kind: 'ReplayDetection' }
    },
    async upsert(id, _payload, expiresIn) {
      if (expiresIn === undefined) throw new TypeError('Cannot remember an assertion as it must say when it ends')
      // A client may sign with fractions of a second.
      const { changes } = insert.run(id, epoch() + Math.ceil(expiresIn), epoch())
      if (changes === 0) throw new errors.InvalidClientAuth('assertion was used before')
    },
  }
}
