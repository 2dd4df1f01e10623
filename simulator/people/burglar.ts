// Somebody who is not meant to be there.
import type { Clock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import type { Random } from '../random.ts'
import { type FloorPlan, OUTSIDE } from './floor-plan.ts'
import type { Presence } from './presence.ts'

const SEARCHED = ['hall', 'living', 'bedroom'] as const

/** Comes in by a door or a window (by its zone), leaves it open, searches for a few minutes, and goes by the front door. */
export async function burgle(options: {
  readonly clock: Clock
  readonly plan: FloorPlan
  readonly presence: Presence
  readonly random: Random
  readonly entrance: string
  readonly signal: AbortSignal
}): Promise<void> {
  const { clock, plan, presence, random, entrance, signal } = options
  const burglar = { name: 'burglar', careless: true, random }
  presence.place(burglar, OUTSIDE)
  const door = plan.doors.find(({ zone }) => zone === entrance)
  if (door === undefined) {
    presence.climb(burglar, entrance)
  } else {
    const [a, b] = door.between
    await presence.walk(burglar, a === OUTSIDE ? b : a, signal)
  }
  for (const room of SEARCHED) {
    await presence.walk(burglar, room, signal)
    await clock.sleep(millis(20_000 + Math.floor(random() * 60_000)), signal)
    presence.stir(burglar)
  }
  await presence.walk(burglar, OUTSIDE, signal)
}
