/** The promise-based persistence that aedes 1.x asks for; the package's main export is the callback one of aedes 0.51. */
declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { Readable } from 'node:stream'
  import type { ClassicLevel } from 'classic-level'

  export default class AsyncLevelPersistence {
    /** Reading what is retained needs no more of a database than its `values`. */
    constructor(level: ClassicLevel | Pick<ClassicLevel, 'values'>)
    createRetainedStream(pattern: string): Readable
    createRetainedStreamCombi(patterns: readonly string[]): Readable
    outgoingEnqueueCombi(subscriptions: unknown, packet: object): Promise<unknown>
  }
}
