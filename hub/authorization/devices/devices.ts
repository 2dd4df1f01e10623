// The devices that asked to come in, and those that were let in.
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type DeviceId, KINDS, type Kind, parseDeviceId } from '#contract/ids.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { removeClient } from '../clients/remove-client.ts'

/** A registered client that nobody pairs disappears after this long. */
export const UNPAIRED_LIFETIME = hours(1)

export interface Device {
  readonly id: DeviceId
  readonly kind: Kind
  /** What the household calls it, else what it calls itself: its own free text. */
  readonly name: string
  readonly room: string | undefined
  /** The address it registered from. */
  readonly address: string
  readonly pairedAt: Instant | undefined
}

/** Free text of a person's that many read: one line. */
const line = (longest: number, message: string) =>
  v.pipe(v.string(), v.trim(), v.maxLength(longest, message), v.regex(/^[^\p{C}]*$/u, message))

/** What a person says about a device. The messages are shown to them. */
export const deviceFacts = v.strictObject({
  name: v.optional(
    v.pipe(line(48, 'A name is one line of at most 48 characters'), v.minLength(1, 'A device has a name')),
  ),
  room: v.optional(line(32, 'A room is one line of at most 32 characters')),
})
export type DeviceFacts = v.InferOutput<typeof deviceFacts>

const row = v.object({
  id: v.string(),
  kind: v.picklist(KINDS),
  name: v.string(),
  label: v.nullable(v.string()),
  room: v.nullable(v.string()),
  address: v.string(),
  paired_at: v.nullable(v.number()),
})

export interface Devices {
  find(id: string): Device | undefined
  paired(): readonly Device[]
  unpairedCount(): number
  register(device: Omit<Device, 'pairedAt' | 'room'>): void
  /** What the household calls it, and where it stands; what is undefined stays as it is, and an empty room is none. False for an unknown one. */
  describe(id: string, facts: DeviceFacts): boolean
  /** The rooms that devices stand in, by name. */
  rooms(): readonly string[]
  markPaired(id: string, accountId: string): void
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
  const describe = database.prepare(
    `UPDATE devices SET label=coalesce(?2, label), room=nullif(coalesce(?3, room), '') WHERE id=?1`,
  )
  const rooms = database.prepare(
    'SELECT DISTINCT room FROM devices WHERE room IS NOT NULL ORDER BY room COLLATE NOCASE',
  )
  const mark = database.prepare('UPDATE devices SET paired_at=?, paired_by=? WHERE id=?')
  const stale = database.prepare('SELECT id FROM devices WHERE paired_at IS NULL AND registered_at < ?')
  const handDevices = database.prepare('UPDATE devices SET paired_by=? WHERE paired_by=?')
  const handGrants = database.prepare(
    `UPDATE oidc SET payload=json_set(payload, '$.accountId', ?)
     WHERE client_id IN (SELECT id FROM devices) AND payload ->> '$.accountId' = ?`,
  )
  const removeDevice = database.prepare('DELETE FROM devices WHERE id=?')
  const removeWithClient = removeClient(database)
  const remove = (id: string): readonly string[] => removeWithClient(id, () => removeDevice.run(id))

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
    describe: (id, { name, room }) => describe.run(id, name ?? null, room ?? null).changes === 1,
    rooms: () => rooms.all().map(({ room }) => String(room)),
    markPaired(id, accountId) {
      mark.run(clock.now(), accountId, id)
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
  const { id, kind, name, label, room, address, paired_at: pairedAt } = v.parse(row, found)
  return {
    id: parseDeviceId(id, 'the device table'),
    kind,
    name: label ?? name,
    room: room ?? undefined,
    address,
    pairedAt: pairedAt === null ? undefined : instant(pairedAt),
  }
}
