// What can go wrong, and does when it is told to. Each takes effect at once, and what it leads to has happened when it resolves.
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '#contract/ids.ts'
import type { PropertyPath } from '#contract/property.ts'
import { type Millis, millis } from '#contract/time.ts'
import { setTopic } from '#contract/topics.ts'
import type { Answers } from '../answers.ts'
import { rotateSigningKey } from '../hub-keys.ts'
import { type Length, lengthOf } from '../length.ts'
import { type Disturbance, readDisturbance } from '../network/disturbance.ts'
import type { Mischief } from '../network/packets.ts'
import type { DeviceSlot } from './device-slot.ts'
import type { HubSlot } from './hub-slot.ts'

export interface Faults {
  readonly hub: {
    /** As `kill -9`. */
    kill(): Promise<void>
    stop(): Promise<void>
    start(): Promise<void>
    /** A new signing key. `keep` leaves the old one valid for what it has signed; otherwise every token is worthless. */
    rotateKeys(options?: { readonly keep?: boolean }): Promise<void>
  }
  readonly broker: {
    /** MQTT alone is gone; HTTP answers. */
    stop(): Promise<void>
    start(): Promise<void>
  }
  /** Messages lost, doubled, swapped or late, on every connection; undefined ends it. */
  messages(disturbance: Disturbance | undefined): void
  /** The cable between a device and the hub. */
  line(kind: Kind): {
    cut(): void
    join(): Promise<void>
    delay(length: Length): void
    /** The connection is gone and neither side has been told. */
    halfOpen(): void
  }
  /** The wall clock of a device or of the hub. */
  clock(who: Kind | 'hub'): { jump(length: Length | Millis): void }
  disk(kind: Kind): { fill(): void; free(): void }
  /**
   * The plug of a device is pulled in the middle of what it asks of its disk: at request number `count` from now, from 1. To write one file
   * safely takes about six (open, write, sync, close, rename, sync of the folder). `power.restore()` puts the plug in again.
   */
  powerCutAtFileRequest(kind: Kind, count: number): void
  /** A retained command, as an older broker or a careless program may have left one. */
  retainedGhost(kind: Kind, path: PropertyPath, payload: string): Promise<void>
  /** Somebody unpairs it. */
  revoke(kind: Kind): Promise<void>
  /** What the token endpoint will answer. */
  readonly authorization: Pick<Answers, 'next'>
}

/** @internal */
export interface FaultParts {
  readonly hub: HubSlot
  readonly slot: (kind: Kind) => DeviceSlot
  readonly answers: Answers
  readonly mischief: () => Mischief | undefined
  readonly setMischief: (mischief: Mischief | undefined) => void
  readonly unpair: (slot: DeviceSlot) => Promise<void>
  readonly settle: () => Promise<void>
}

/** @internal */
export function createFaults(parts: FaultParts): Faults {
  const { hub, slot, answers, mischief, setMischief, unpair, settle } = parts
  const then = async (job: Promise<void>): Promise<void> => {
    await job
    await settle()
  }
  return {
    hub: {
      kill: () => then(hub.kill()),
      stop: () => then(hub.stop()),
      start: () => then(hub.start()),
      rotateKeys: ({ keep = true } = {}) => then(rotateKeys(hub, keep)),
    },
    broker: {
      stop: () => then(Promise.resolve(hub.refuseConnections(true))),
      start: () => then(Promise.resolve(hub.refuseConnections(false))),
    },
    messages: (wanted) => setMischief(wanted && readDisturbance(wanted)),
    line: (kind) => ({
      cut: () => slot(kind).line.setCut(true),
      join: () => then(Promise.resolve(slot(kind).line.setCut(false))),
      delay: (length) => slot(kind).line.setDelay(lengthOf(length)),
      halfOpen: () => hub.abandon(slot(kind).as),
    }),
    clock: (who) => ({
      jump: (length) => {
        const by = typeof length === 'number' ? length : signedLength(length)
        const { clock } = who === 'hub' ? hub.as : slot(who).as
        clock.jumpWall(millis(by))
      },
    }),
    disk: (kind) => ({
      fill: () => fillDisk(slot(kind), true),
      free: () => fillDisk(slot(kind), false),
    }),
    powerCutAtFileRequest: (kind, count) => slot(kind).cutPowerAtRequest(count),
    async retainedGhost(kind, path, payload) {
      const topic = setTopic(slot(kind).id, path)
      const before = mischief()
      // It was left long ago: whoever is connected now is not told.
      setMischief({ drop: 1, topic })
      await then(hub.hub.publish({ topic, payload, retain: true, qos: 1 }))
      setMischief(before)
    },
    revoke: (kind) => then(unpair(slot(kind))),
    authorization: answers,
  }
}

const signedLength = (text: string): number => (text.startsWith('-') ? -lengthOf(text.slice(1)) : lengthOf(text))

/** The hub reads its keys when it starts. */
async function rotateKeys(hub: HubSlot, keep: boolean): Promise<void> {
  await hub.stop()
  await rotateSigningKey(hub.folder, { keep })
  await hub.start()
}

/** Every file is first written under a temporary name; on a full disk that is as far as it gets: ENOSPC, from the kernel's own /dev/full. */
function fillDisk({ folder, kind }: DeviceSlot, full: boolean): void {
  if (!existsSync('/dev/full')) throw new Error('Cannot fill a disk as this system must have /dev/full, as Linux has')
  for (const name of [`${kind}.json.new`, 'credentials.a.new', 'credentials.b.new', 'codes.json.new']) {
    const path = join(folder, name)
    if (full) {
      rmSync(path, { force: true })
      symlinkSync('/dev/full', path)
    } else if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      rmSync(path)
    }
  }
}
