// The devices that asked to come in, and those that were let in.
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type DeviceId, KINDS, type Kind, parseDeviceId } from '#contract/ids.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { type Database, inTransaction } from '../store/database.ts'

/** A registered client that nobody pairs disappears after this long. */
export const UNPAIRED_LIFETIME = hours(1)

export interface Device {
  readonly id: DeviceId
  readonly kind: Kind
  /** What the device calls itself: its own free text. */
  readonly name: string
  /** The address it registered from. */
  readonly address: string
  readonly pairedAt: Instant | undefined
}

const row = v.object({
  id: v.string(),
  kind: v.picklist(KINDS),
  name: v.string(),
  address: v.string(),
  paired_at: v.nullable(v.number()),
})

export interface Devices {
  find(id: string): Device | undefined
  paired(): readonly Device[]
  unpairedCount(): number
  register(device: Omit<Device, 'pairedAt'>): void
  markPaired(id: string, accountId: string): void
  /** Ends the grants of a device except one, with their tokens; returns those that ended. */
  endGrantsExcept(id: string, grantId: string): readonly string[]
  /** Deletes the device with its client, grants and tokens; returns the grants that ended. */
  remove(id: string): readonly string[]
  /** What one person let in is another's from now on, with its grants and tokens: a device stays when a person goes. */
  handOver(from: string, to: string): void
  /** Deletes what nobody paired within an hour. */
  sweepUnpaired(): void
}

export function createDevices(database: Database, clock: Clock): Devices {
  const byId = database.prepare('SELECT * FROM devices WHERE id=?')
  const paired = database.prepare('SELECT * FROM devices WHERE paired_at IS NOT NULL ORDER BY paired_at, id')
  const unpaired = database.prepare('SELECT count(*) AS n FROM devices WHERE paired_at IS NULL')
  const insert = database.prepare('INSERT INTO devices (id, kind, name, address, registered_at) VALUES (?, ?, ?, ?, ?)')
  const mark = database.prepare('UPDATE devices SET paired_at=?, paired_by=? WHERE id=?')
  const stale = database.prepare('SELECT id FROM devices WHERE paired_at IS NULL AND registered_at < ?')
  const grants = database.prepare("SELECT id FROM oidc WHERE model='Grant' AND client_id=?")
  const endGrant = database.prepare("DELETE FROM oidc WHERE grant_id=? OR (model='Grant' AND id=?)")
  const removeTokens = database.prepare('DELETE FROM oidc WHERE client_id=?')
  const removeClient = database.prepare("DELETE FROM oidc WHERE model='Client' AND id=?")
  const handDevices = database.prepare('UPDATE devices SET paired_by=? WHERE paired_by=?')
  const handGrants = database.prepare(
    `UPDATE oidc SET payload=json_set(payload, '$.accountId', ?)
     WHERE client_id IN (SELECT id FROM devices) AND payload ->> '$.accountId' = ?`,
  )
  const removeDevice = database.prepare('DELETE FROM devices WHERE id=?')

  const remove = (id: string): readonly string[] => {
    const ended = grants.all(id).map((found) => String(found.id))
    inTransaction(database, () => {
      removeTokens.run(id)
      removeClient.run(id)
      removeDevice.run(id)
    })
    return ended
  }

  return {
    find(id) {
      const found = byId.get(id)
      return found && toDevice(found)
    },
    paired: () => paired.all().map(toDevice),
    unpairedCount: () => Number(unpaired.get()?.n ?? 0),
    register({ id, kind, name, address }) {
      insert.run(id, kind, name, address, clock.now())
    },
    markPaired(id, accountId) {
      mark.run(clock.now(), accountId, id)
    },
    endGrantsExcept(id, grantId) {
      const ended = grants.all(id).flatMap((found) => (found.id === grantId ? [] : [String(found.id)]))
      for (const old of ended) endGrant.run(old, old)
      return ended
    },
    remove,
    handOver(from, to) {
      handDevices.run(to, from)
      handGrants.run(to, from)
    },
    sweepUnpaired() {
      for (const { id } of stale.all(clock.now() - UNPAIRED_LIFETIME)) remove(String(id))
    },
  }
}

function toDevice(found: unknown): Device {
  const { id, kind, name, address, paired_at: pairedAt } = v.parse(row, found)
  return {
    id: parseDeviceId(id, 'the device table'),
    kind,
    name,
    address,
    pairedAt: pairedAt === null ? undefined : instant(pairedAt),
  }
}
