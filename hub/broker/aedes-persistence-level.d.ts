/** The promise-based persistence that aedes 1.x asks for; the package's main export is the callback one of aedes 0.51. */
declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { Readable } from 'node:stream'
  import type { ClassicLevel } from 'classic-level'

  export default class AsyncLevelPersistence {
    constructor(level: ClassicLevel)
    createRetainedStream(pattern: string): Readable
    outgoingEnqueueCombi(subscriptions: unknown, packet: object): Promise<unknown>
  }
}
