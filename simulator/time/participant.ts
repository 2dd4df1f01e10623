// Who is running right now. Each participant of a simulated home (the hub, a device, its people) runs in an asynchronous context of its
// own, and time belongs to that context: libraries that read `Date` or set timers by themselves are on the home's clock there, and
// nowhere else. A test that runs beside a home, or another home, notices nothing.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '#contract/clock.ts'

/** What is under way in a home, whoever began it: see work.ts. */
export interface Work {
  /** Counts `job` as under way until it settles. */
  during<T>(name: string, what: string, job: Promise<T>): Promise<T>
  /** Resolves when nothing is under way. Rejects with `Unsettled`, naming who is busy with what, when that takes too long. */
  settle(): Promise<void>
  /** Hears of each request that is begun: what a power cut at "any write" counts. */
  onRequest(hear: (name: string, type: string) => void): () => void
  close(): void
}

export interface Participant {
  readonly name: string
  readonly clock: Clock
  /** What everybody in this home has begun and not finished. */
  readonly work: Work
  /** Whether `setTimeout` and `setInterval` are on the home's clock too; `Date` always is. */
  readonly timers: boolean
}

const current = new AsyncLocalStorage<Participant>()

export const currentParticipant = (): Participant | undefined => current.getStore()

/** Runs `step`, and everything that follows from it, as `participant`. */
export const runAs = <T>(participant: Participant, step: () => T): T => current.run(participant, step)

/** Runs `step` as nobody of a home: for what really takes time, such as a request over the machine's own network. */
export const runOutside = <T>(step: () => T): T => current.exit(step)
