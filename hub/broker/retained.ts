// What outlives a connection and a restart: retained messages and sessions, on disk.

import type { AedesPublishPacket } from 'aedes'
import AsyncLevelPersistence from 'aedes-persistence-level/asyncPersistence.js'
import { parseTopic } from '#contract/topics.ts'
import type { Retained } from './messages.ts'

/** aedes' sessions and retained messages in LevelDB, except that commands are never kept. */
export class Persistence extends AsyncLevelPersistence {
  /**
   * Queues for sessions whose client is away. Not commands: nobody but a device receives them, a device has no session, and a
   * panel's command holds a code.
   */
  override async outgoingEnqueueCombi(subscriptions: unknown, packet: AedesPublishPacket): Promise<unknown> {
    if (parseTopic(packet.topic).type === 'set') return packet
    return super.outgoingEnqueueCombi(subscriptions, packet)
  }

  /** Everything retained that `filter` matches. */
  async retained(filter: string): Promise<readonly Retained[]> {
    const found: Retained[] = []
    for await (const packet of this.createRetainedStream(filter)) {
      const { topic, payload } = packet as AedesPublishPacket
      found.push({ topic, payload: Buffer.from(payload) })
    }
    return found
  }
}
