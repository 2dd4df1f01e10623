// What everybody in a simulated home shares: one clock, one seed, one folder that goes away, and the books of what is under way.
import type { Instant } from '#contract/time.ts'
import { type OwnedClock, VirtualClock } from '../clock.ts'
import { type Random, randomStream } from '../random.ts'
import { createTemporaryFolder } from '../temporary-folder.ts'
import { borrowTime } from '../time/ambient.ts'
import type { Participant, Work } from '../time/participant.ts'
import { createWork } from '../time/work.ts'

/** Somebody in this home, with a wall clock of their own. */
export interface Inhabitant extends Participant {
  readonly clock: OwnedClock
}

export interface World extends AsyncDisposable {
  readonly seed: number
  readonly clock: VirtualClock
  readonly work: Work
  readonly folder: string
  /** `timers` false: libraries' timers stay real, as those of a server with clients outside of this home must. */
  inhabitant(name: string, options?: { readonly timers?: boolean }): Inhabitant
  random(purpose: string): Random
}

export function createWorld({ seed, start }: { readonly seed: number; readonly start: Instant }): World {
  const giveTimeBack = borrowTime()
  const work = createWork()
  const clock = new VirtualClock(start, () => work.settle())
  const folder = createTemporaryFolder('latchkey-home')

  return {
    ...{ seed, clock, work, folder: folder.path },
    inhabitant: (name, { timers = true } = {}) => ({ name, clock: clock.ownedBy(name), work, timers }),
    random: (purpose) => randomStream(seed, purpose),
    async [Symbol.asyncDispose]() {
      work.close()
      giveTimeBack()
      folder[Symbol.dispose]()
    },
  }
}
