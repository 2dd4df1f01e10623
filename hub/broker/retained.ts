// What outlives a connection and a restart: retained messages and sessions, on disk.

import { Readable } from 'node:stream'
import type { AedesPublishPacket } from 'aedes'
import AsyncLevelPersistence, { type Incoming } from 'aedes-persistence-level/asyncPersistence.js'
import type { ClassicLevel } from 'classic-level'
import { parseTopic } from '#contract/topics.ts'
import { isWithin } from './filter.ts'
import type { Retained } from './messages.ts'

/** aedes' sessions and retained messages in LevelDB, except that commands are never kept, and that only what may match is read. */
export class Persistence extends AsyncLevelPersistence {
  readonly #level: ClassicLevel

  constructor(level: ClassicLevel) {
    super(level)
    this.#level = level
  }

  /** Commands of QoS 2 between PUBLISH and PUBREL, by connection: a panel's command holds a code, which has no business on a disk. */
  readonly #underWay = new WeakMap<object, Map<number, Incoming>>()

  override async incomingStorePacket(client: object, packet: Incoming): Promise<void> {
    if (parseTopic(packet.topic ?? '').type !== 'set') return super.incomingStorePacket(client, packet)
    const mine = this.#underWay.get(client) ?? new Map<number, Incoming>()
    this.#underWay.set(client, mine.set(packet.messageId ?? 0, { ...packet }))
  }
  override async incomingGetPacket(client: object, packet: Incoming): Promise<unknown> {
    return this.#underWay.get(client)?.get(packet.messageId ?? 0) ?? super.incomingGetPacket(client, packet)
  }
  override async incomingDelPacket(client: object, packet: Incoming): Promise<void> {
    if (!this.#underWay.get(client)?.delete(packet.messageId ?? 0)) await super.incomingDelPacket(client, packet)
  }

  /** Nobody has a session that could be away; should one be left of old, commands are not queued for it all the same. */
  override async outgoingEnqueueCombi(subscriptions: unknown, packet: AedesPublishPacket): Promise<unknown> {
    if (parseTopic(packet.topic).type === 'set') return packet
    return super.outgoingEnqueueCombi(subscriptions, packet)
  }

  /**
   * What aedes sends after SUBSCRIBE. The library reads everything there is for every filter: with a thousand devices each of them
   * would read the states of all the others, only to find that none is a command for it.
   */
  override createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#matching(widest(filters.filter((filter) => !filter.endsWith('/set')))))
  }

  /** Everything retained that `filter` matches. */
  async retained(filter: string): Promise<readonly Retained[]> {
    const found: Retained[] = []
    for await (const packet of this.#matching([filter])) {
      const { topic, payload } = packet as AedesPublishPacket
      found.push({ topic, payload: Buffer.from(payload) })
    }
    return found
  }

  async *#matching(filters: readonly string[]): AsyncGenerator<unknown> {
    for (const filter of filters) {
      const range = retainedRange(filter)
      // The library's reader on a database that shows this part of itself alone.
      const part = new AsyncLevelPersistence({
        values: (options: object = {}) => this.#level.values({ ...options, ...range }),
      } as Pick<ClassicLevel, 'values'>)
      try {
        yield* part.createRetainedStream(filter)
      } catch (error) {
        // The hub is ending: nobody waits for the rest.
        if (this.#level.status !== 'open') return
        throw error
      }
    }
  }
}

/** Without those that lie within another: what both match is read once. */
const widest = (filters: readonly string[]): readonly string[] => {
  const each = [...new Set(filters)]
  return each.filter((filter) => !each.some((outer) => outer !== filter && isWithin(filter, outer)))
}

/** The library's keys of retained messages are `retained:<topic>`. */
const KEY = 'retained:'

/** The keys between which every topic lies that `filter` may match: those that begin with its levels before the first wildcard. */
export function retainedRange(filter: string): { readonly gte: string; readonly lt: string } {
  const levels = filter.split('/')
  const wildcard = levels.findIndex((level) => level === '+' || level === '#')
  // `;` and `0` are what comes after `:` and `/`. `a/#` matches `a` too (MQTT 3.1.1 §4.7.1.2).
  if (wildcard === 0) return { gte: KEY, lt: 'retained;' }
  const begin = KEY + levels.slice(0, wildcard < 0 ? undefined : wildcard).join('/')
  return { gte: begin, lt: `${begin}0` }
}
