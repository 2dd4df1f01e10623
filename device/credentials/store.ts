// The device's credentials on its disk: its key, the name the hub gave it, and its grant. Sealed, twice.
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { erase, FileError, keepAside, openFolder } from '#contract/files.ts'
import { createClientKey } from '../oauth/client-key.ts'
import { createQueue } from '../queue.ts'
import { reasonOf } from '../reason.ts'
import { type Credentials, VERSION } from './credentials.ts'
import { erasePlain, readPlain } from './plain.ts'
import { type KeyPlaces, type KeyRing, openKeyRing, peekKeys } from './sealing-key.ts'
import { findLocked, type Opened, readSlot, SLOTS, type Slot, writeSlot } from './slots.ts'

export interface CredentialStore {
  readonly current: Credentials
  /** How many saves there were up to `current`. */
  readonly sequence: number
  /** On disk when it resolves: in both slots, or in one where the disk takes no more, which is said. */
  save(next: Credentials): Promise<void>
  /** A newer refresh token of the same grant; nothing, where that was given up meanwhile. */
  replaceGrant(refreshToken: string): Promise<void>
  /** Waits for what is being written, and takes no more: the folder is about to be erased. */
  close(): Promise<void>
  /** Also the one in copies that were put aside: what was given up on purpose does not come back. Key and name stay. */
  forgetGrant(): Promise<void>
}

export interface StoreOptions extends KeyPlaces {
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Opens `<folder>/credentials.a` and `.b` (folder 0700, files 0600, each written whole), making a key where there is none. Both hold
 * the same; only a power cut in the middle of a save leaves them one save apart. A copy that cannot be opened is never overwritten: it
 * is put aside, said, and the other one serves; where none does, the device pairs anew. Rejects with a `FileError` when the disk does
 * not answer. One writer: the agent that holds the folder.
 */
export async function openCredentials(options: StoreOptions): Promise<CredentialStore> {
  const { folder, clock, log } = options
  await openFolder(folder)
  const ring = await openKeyRing(options, clock, log)
  const slots: Slot[] = []
  for (const name of SLOTS) slots.push(await readSlot(join(folder, name), ring))
  const newest = newestOf(slots)
  const unreadable = slots.find((slot) => slot.type === 'unreadable')
  if (newest === undefined && unreadable !== undefined) throw unreadable.error

  noticeRollback(slots, log)
  const aside = putAside(slots, newest !== undefined, options)
  await (newest === undefined ? aside : aside.catch((err) => warnUnsaved(log, err)))
  const returned = newest?.credentials.grant === undefined ? await findReturned(folder, ring) : []
  const found = returned[0] ?? newest
  const sequence = Math.max(0, newest?.sequence ?? 0, ...returned.map((copy) => copy.sequence))
  const current = found?.credentials ?? (await readPlain(folder, clock, log)) ?? (await create())
  const store = createStore({ folder, slots, ring, current, sequence, log })

  if (returned.length > 0) log.info('credentials that were put aside can be opened again: going on with them')
  // Without a copy there is nothing to go on with; without the second, or under a lesser key, there is.
  if (newest === undefined) await store.save(current)
  else if (returned.length > 0 || !store.isSafe()) await store.save(current).catch((err) => warnUnsaved(log, err))
  await tidyUp(store, folder, returned).catch((err) => warnUnsaved(log, err))
  return store
}

/** What is kept, for who only looks: nothing is written, and what cannot be opened is not there. */
export async function peekCredentials(places: KeyPlaces): Promise<Credentials | undefined> {
  const keys = await peekKeys(places)
  const find = (kid: string) => keys.find((key) => key.kid === kid)
  return newestOf(await Promise.all(SLOTS.map((name) => readSlot(join(places.folder, name), { find }))))?.credentials
}

const warnUnsaved = (log: Logger, err: unknown): void => {
  if (!(err instanceof FileError)) throw err
  log.warn({ because: err.message }, 'credentials could not be written: going on with what is there')
}

const create = async (): Promise<Credentials> => ({ version: VERSION, key: await createClientKey() })

const newestOf = (slots: readonly Slot[]): Opened | undefined =>
  slots.filter((slot) => slot.type === 'opened').toSorted((a, b) => b.sequence - a.sequence)[0]

/** Only seen where one copy alone is old; where both are, the hub says so by refusing the grant. */
function noticeRollback(slots: readonly Slot[], log: Logger): void {
  const [a, b] = slots.map((slot) => (slot.type === 'opened' ? slot.sequence : undefined))
  if (a === undefined || b === undefined || Math.abs(a - b) <= 1) return
  log.warn({ a, b }, 'one copy of the credentials is older than it can be, as if put back: going on with the newer')
}

async function putAside(slots: readonly Slot[], otherServes: boolean, { clock, log }: StoreOptions): Promise<void> {
  const then = otherServes ? 'going on with the other' : 'a person must pair again'
  for (const slot of slots) {
    if (slot.type === 'unreadable') log.error({ because: slot.error.message }, `a copy of the credentials: ${then}`)
    if (slot.type !== 'damaged' && slot.type !== 'locked') continue
    const keptAs = await keepAside(slot.file, `${slot.type}-${clock.now()}`)
    log.error({ keptAs, because: slot.because }, `a copy of the credentials cannot be opened: put aside, ${then}`)
  }
}

/**
 * Copies with a grant that were put aside for want of a key that is here now, newest first: a device that was once started without its
 * systemd credential is paired again as soon as it has it.
 */
async function findReturned(folder: string, ring: KeyRing): Promise<readonly Opened[]> {
  const copies: Slot[] = []
  for (const file of await findLocked(folder)) copies.push(await readSlot(file, ring))
  return copies
    .filter((copy) => copy.type === 'opened')
    .filter(({ credentials }) => credentials.grant !== undefined)
    .toSorted((a, b) => b.sequence - a.sequence)
}

/** Once both slots are safe under the best key, nothing is to be had from older files and keys. */
async function tidyUp(store: OwnStore, folder: string, returned: readonly Opened[]): Promise<void> {
  await erasePlain(folder)
  if (!store.isSafe()) return
  for (const { file } of returned) await erase(file)
  await store.ring.retire()
}

interface Parts {
  readonly folder: string
  readonly slots: readonly Slot[]
  readonly ring: KeyRing
  readonly current: Credentials
  readonly sequence: number
  readonly log: Logger
}

interface OwnStore extends CredentialStore {
  readonly ring: KeyRing
  /** Whether both slots hold the newest, under the best key. */
  isSafe(): boolean
}

/** What a slot holds, as far as it is known. */
interface Held {
  readonly sequence: number
  readonly kid: string
}
const NOTHING: Held = { sequence: 0, kid: '' }

function createStore({ folder, slots, ring, log, ...begun }: Parts): OwnStore {
  let { current, sequence } = begun
  const held = new Map<string, Held>(slots.map((slot) => [slot.file, slot.type === 'opened' ? slot : NOTHING]))
  const changes = createQueue()

  const write = async (next: Credentials): Promise<void> => {
    const failures: unknown[] = []
    const olderFirst = [...held].toSorted(([, a], [, b]) => a.sequence - b.sequence)
    for (const [file] of olderFirst) {
      try {
        await writeSlot({ file, key: ring.best, sequence: sequence + 1, credentials: next })
        held.set(file, { sequence: sequence + 1, kid: ring.best.kid })
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === held.size) throw failures[0]
    sequence += 1
    current = next
    for (const error of failures) log.warn({ because: reasonOf(error) }, 'credentials are on disk in one copy only')
  }
  let closed = false
  /** One after the other, each from what the one before has left. */
  const change = (next: (current: Credentials) => Credentials | undefined): Promise<void> =>
    changes.add(async () => {
      if (closed) throw new FileError('Cannot keep credentials as the folder must be in use: it is being erased')
      const wanted = next(current)
      if (wanted !== undefined) await write(wanted)
    })
  const save = (next: Credentials): Promise<void> => change(() => next)
  return {
    ring,
    get current() {
      return current
    },
    get sequence() {
      return sequence
    },
    isSafe: () => [...held.values()].every((slot) => slot.sequence === sequence && slot.kid === ring.best.kid),
    save,
    replaceGrant: (refreshToken) =>
      change((now) => (now.grant === undefined ? undefined : { ...now, grant: { refreshToken } })),
    async close() {
      closed = true
      await changes.idle()
    },
    async forgetGrant() {
      await change(({ grant: _, ...kept }) => kept)
      for (const file of await findLocked(folder)) await erase(file)
    },
  }
}
