/** The promise-based persistence that aedes 1.x asks for; the package's main export is the callback one of aedes 0.51. */
declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { Readable } from 'node:stream'
  import type { ClassicLevel } from 'classic-level'

  export interface Incoming {
    readonly messageId: number
  }

  export default class AsyncLevelPersistence {
    /** Reading what is retained needs no more of a database than its `values`. */
    constructor(level: ClassicLevel | { values(options?: object): AsyncIterable<unknown> })
    /** Reads the subscriptions of old. aedes calls it once, before anybody connects. */
    setup(broker: object): Promise<void>
    createRetainedStream(pattern: string): Readable
    createRetainedStreamCombi(patterns: readonly string[]): Readable
    /** QoS 2, between PUBLISH and PUBREL (MQTT 3.1.1 §4.3.3). */
    incomingStorePacket(client: object, packet: Incoming): Promise<void>
    incomingGetPacket(client: object, packet: Incoming): Promise<unknown>
    incomingDelPacket(client: object, packet: Incoming): Promise<void>
  }
}
