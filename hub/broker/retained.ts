// What outlives a connection and a restart: retained messages and sessions, on disk.

import { Readable } from 'node:stream'
import type { AedesPublishPacket } from 'aedes'
import AsyncLevelPersistence from 'aedes-persistence-level/asyncPersistence.js'
import type { ClassicLevel } from 'classic-level'
import { parseTopic } from '#contract/topics.ts'
import type { Retained } from './messages.ts'

/** aedes' sessions and retained messages in LevelDB, except that commands are never kept, and that only what may match is read. */
export class Persistence extends AsyncLevelPersistence {
  readonly #level: ClassicLevel

  constructor(level: ClassicLevel) {
    super(level)
    this.#level = level
  }

  /**
   * Queues for sessions whose client is away. Not commands: nobody but a device receives them, a device has no session, and a
   * panel's command holds a code.
   */
  override async outgoingEnqueueCombi(subscriptions: unknown, packet: AedesPublishPacket): Promise<unknown> {
    if (parseTopic(packet.topic).type === 'set') return packet
    return super.outgoingEnqueueCombi(subscriptions, packet)
  }

  /**
   * What aedes sends after SUBSCRIBE. The library reads everything there is for every filter: with a thousand devices each of them
   * would read the states of all the others, only to find that none is a command for it.
   */
  override createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#matching(filters.filter((filter) => !filter.endsWith('/set'))))
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
      yield* part.createRetainedStream(filter)
    }
  }
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
