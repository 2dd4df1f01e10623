// What everybody in a simulated home shares: one clock, one seed, one folder that goes away, and the books of what is under way.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instant } from '#contract/time.ts'
import { type OwnedClock, VirtualClock } from '../clock.ts'
import { type Random, randomStream } from '../random.ts'
import { borrowTime } from '../time/ambient.ts'
import type { Participant } from '../time/participant.ts'
import { createWork, type Work } from '../time/work.ts'

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

/** Folders of homes that are running: also a test that is killed by a signal leaves none behind. */
const folders = new Set<string>()
const removeAll = () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}

export function createWorld({ seed, start }: { readonly seed: number; readonly start: Instant }): World {
  const giveTimeBack = borrowTime()
  const work = createWork()
  const clock = new VirtualClock(start, () => work.settle())
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-home-'))
  if (folders.size === 0) process.on('exit', removeAll)
  folders.add(folder)

  return {
    ...{ seed, clock, work, folder },
    inhabitant: (name, { timers = true } = {}) => ({ name, clock: clock.ownedBy(name), work, timers }),
    random: (purpose) => randomStream(seed, purpose),
    async [Symbol.asyncDispose]() {
      work.close()
      giveTimeBack()
      rmSync(folder, { recursive: true, force: true })
      folders.delete(folder)
      if (folders.size === 0) process.off('exit', removeAll)
    },
  }
}
