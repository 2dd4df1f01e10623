// What oidc-provider keeps, in SQLite. Single use is only as atomic as this file and replays.ts, so consuming is compare-and-set and replay
// detection is insert-or-fail; ids that are bearer secrets are stored hashed, so a copied database opens nothing.
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { type Instant, minutes } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { hashOf } from './bearer-secret.ts'
import { keptSecret } from './clients/secret.ts'
import { createReplays } from './replays.ts'

/**
 * Models whose id is the secret itself (an opaque token or a cookie). Not the device code: it is also found by its user code
 * and then saved again, which needs the id; it lives ten minutes.
 */
const SECRET_IDS = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
  'Session',
  'Interaction',
  'PushedAuthorizationRequest',
  'RegistrationAccessToken',
])

/** An expired device code is still answered `expired_token`, not `invalid_grant`, for this long. */
const KEEP_EXPIRED = minutes(15)

interface Row {
  readonly payload: string
  readonly consumed_at: number | null
}

/** What a cut of the power may cost, as it is over within minutes anyway: a sign-in that is under way is begun again. */
const MOMENTARY = new Set(['AccessToken', 'Interaction', 'PushedAuthorizationRequest'])

export interface Stores {
  readonly database: Database
  /** Another connection to the same, which does not wait for the disk (store/database.ts). Seen assertions are written there, too. */
  readonly beside: Database
}

export function createAdapter({ database, beside }: Stores, clock: Clock): (model: string) => Adapter {
  const [durable, momentary] = [prepare(database), prepare(beside)]
  const replays = createReplays(beside, clock)
  const epoch = () => Math.floor(clock.now() / 1000)

  return (model) => {
    const { upsert, byId, byUserCode, byUid, consume, destroy, revoke } = MOMENTARY.has(model) ? momentary : durable
    const stored = (id: string) => (SECRET_IDS.has(model) ? hashOf(id) : id)
    return {
      async upsert(id, payload, expiresIn) {
        const expiresAt = expiresIn ? epoch() + Math.ceil(expiresIn) : null
        const { jti: _, ...rest } = payload
        if (typeof payload.client_secret === 'string') rest.client_secret = keptSecret(payload.client_secret)
        upsert.run(
          model,
          stored(id),
          JSON.stringify(SECRET_IDS.has(model) ? rest : { ...payload, ...rest }),
          payload.grantId ?? null,
          payload.clientId ?? null,
          payload.userCode ?? null,
          payload.uid ?? null,
          expiresAt,
        )
      },
      async find(id) {
        return read(byId.get(model, stored(id)), SECRET_IDS.has(model) ? id : undefined)
      },
      async findByUserCode(userCode) {
        return read(byUserCode.get(userCode))
      },
      async findByUid(uid) {
        return read(byUid.get(model, uid))
      },
      async consume(id) {
        if (consume.get(epoch(), model, stored(id)) === undefined) {
          throw new errors.InvalidGrant('it was used before')
        }
      },
      async destroy(id) {
        destroy.run(model, stored(id))
      },
      async revokeByGrantId(grantId) {
        revoke.run(model, grantId)
      },
      ...(model === 'ReplayDetection' && replays),
    }
  }
}

function prepare(database: Database) {
  const upsert = database.prepare(
    `INSERT INTO oidc (model, id, payload, grant_id, client_id, user_code, uid, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (model, id) DO UPDATE SET payload=excluded.payload, grant_id=excluded.grant_id,
       client_id=excluded.client_id, user_code=excluded.user_code, uid=excluded.uid, expires_at=excluded.expires_at`,
  )
  const byId = database.prepare('SELECT payload, consumed_at FROM oidc WHERE model=? AND id=?')
  const byUserCode = database.prepare('SELECT payload, consumed_at FROM oidc WHERE user_code=?')
  const byUid = database.prepare('SELECT payload, consumed_at FROM oidc WHERE model=? AND uid=?')
  const consume = database.prepare(
    'UPDATE oidc SET consumed_at=? WHERE model=? AND id=? AND consumed_at IS NULL RETURNING id',
  )
  const destroy = database.prepare('DELETE FROM oidc WHERE model=? AND id=?')
  const revoke = database.prepare('DELETE FROM oidc WHERE model=? AND grant_id=?')
  return { upsert, byId, byUserCode, byUid, consume, destroy, revoke }
}

function read(row: unknown, jti?: string): AdapterPayload | undefined {
  if (row === undefined) return undefined
  const { payload, consumed_at: consumed } = row as Row
  return { ...JSON.parse(payload), ...(jti !== undefined && { jti }), ...(consumed !== null && { consumed }) }
}

/**
 * Refresh tokens that are kept of one grant. Each lasts a month, used or not, so that a replay is known: a page that refreshes all day leaves
 * 144, and a program that does nothing else must not fill the disk. A replay of one that is gone is refused, and ends nothing.
 */
export const MOST_REFRESH_TOKENS = 1_000

/** Returns what deletes whatever has expired, or is one too many; call that every minute. */
export function createSweep(database: Database): (now: Instant) => void {
  // What strangers can make many of, pushed requests and ids of assertions, goes at once.
  const replays = database.prepare('DELETE FROM replays WHERE expires_at < ?')
  const rows = database.prepare("DELETE FROM oidc WHERE expires_at < ? AND (model<>'DeviceCode' OR expires_at < ?)")
  const surplus = database.prepare(
    `DELETE FROM oidc WHERE model='RefreshToken' AND id IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY grant_id ORDER BY expires_at DESC, consumed_at IS NOT NULL) AS place
         FROM oidc WHERE model='RefreshToken'
       ) WHERE place > ${MOST_REFRESH_TOKENS})`,
  )
  const sessions = database.prepare('DELETE FROM sessions WHERE expires_at < ?')
  return (now) => {
    replays.run(Math.floor(now / 1000))
    rows.run(Math.floor(now / 1000), Math.floor((now - KEEP_EXPIRED) / 1000))
    surplus.run()
    sessions.run(now)
  }
}
