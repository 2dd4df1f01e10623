// What outlives a connection and a restart: retained messages and last wills, on disk. Sessions do not: each is a clean one.

import { Readable } from 'node:stream'
import type { AedesPublishPacket } from 'aedes'
import AsyncLevelPersistence, { type Incoming } from 'aedes-persistence-level/asyncPersistence.js'
import type { ClassicLevel } from 'classic-level'
import { hasWildcard, isWithin } from './filter.ts'
import type { Retained } from './messages.ts'

/** What the library keeps of sessions, by the first part of its keys. */
const SESSION_KEYS = ['subscriptions', 'outgoing', 'outgoing-id', 'incoming']

/** Whoever subscribed; what is retained is read for them as long as they are there. */
interface Reader {
  readonly closed: boolean
}

/** aedes' retained messages in LevelDB, of which only those that may match are read, and nothing of sessions. */
export class Persistence extends AsyncLevelPersistence {
  readonly #level: ClassicLevel
  /** Ids of messages of QoS 2 between PUBLISH and PUBREL (MQTT 3.1.1 §4.3.3), by connection. */
  readonly #underWay = new WeakMap<object, Set<number>>()
  #reader: Reader | undefined

  constructor(level: ClassicLevel) {
    super(level)
    this.#level = level
  }

  /** Earlier versions kept sessions for those who asked; they would be queued for until the disk is full. */
  override async setup(broker: object): Promise<void> {
    for (const key of SESSION_KEYS) await this.#level.clear({ gte: `${key}:`, lt: `${key};` })
    await super.setup(broker)
  }

  // The id is enough to know a message again, and nobody asks after the connection. The message has no business on a disk: a panel's
  // command holds a code.
  override async incomingStorePacket(client: object, { messageId }: Incoming): Promise<void> {
    const mine = this.#underWay.get(client) ?? new Set()
    this.#underWay.set(client, mine.add(messageId))
  }
  override async incomingGetPacket(client: object, packet: Incoming): Promise<Incoming> {
    if (this.#underWay.get(client)?.has(packet.messageId)) return packet
    throw new Error('Cannot find the message as its id must be one that is under way: got another one')
  }
  override async incomingDelPacket(client: object, { messageId }: Incoming): Promise<void> {
    this.#underWay.get(client)?.delete(messageId)
  }

  /** For whom the next `createRetainedStreamCombi` is: aedes tells who subscribed just before it asks, in the same turn. */
  readFor(reader: Reader): void {
    this.#reader = reader
  }

  /**
   * What aedes sends after SUBSCRIBE. The library reads everything there is for every filter: with a thousand devices each of them
   * would read the states of all the others, only to find that none is a command for it.
   */
  override createRetainedStreamCombi(filters: readonly string[]): Readable {
    const wanted = widest(filters.filter((filter) => !filter.endsWith('/set')))
    return Readable.from(this.#matching(wanted, this.#reader))
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

  async *#matching(filters: readonly string[], reader?: Reader): AsyncGenerator<unknown> {
    const level = this.#level
    for (const filter of filters) {
      const range = retainedRange(filter)
      // The library's reader on a database that shows this part of itself alone, and nothing more once nobody reads.
      const part = new AsyncLevelPersistence({
        async *values(options: object = {}) {
          if (reader?.closed) return
          for await (const value of level.values({ ...options, ...range })) {
            if (reader?.closed) return
            yield value
          }
        },
      })
      try {
        yield* part.createRetainedStream(filter)
      } catch (error) {
        // The hub is ending: nobody waits for the rest.
        if (level.status !== 'open') return
        throw error
      }
    }
  }
}

/** Without those that lie within another: what both match is read once. */
const widest = (filters: readonly string[]): readonly string[] => {
  const each = [...new Set(filters)]
  const wild = each.filter(hasWildcard)
  return each.filter((filter) => !wild.some((outer) => outer !== filter && isWithin(filter, outer)))
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
