// Somebody who was not asked in: forces a way in, goes through every room, and leaves as they came. What they opened stays open.
import type { Clock } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import type { World } from './building.ts'
import { secondsBetween, shuffled } from './pace.ts'
import { beyond, type FloorPlan, findRoute, isWay, type Opening, OUTSIDE } from './plan.ts'
import { createWalker } from './walker.ts'

export interface BurglaryOptions {
  readonly clock: Clock
  readonly plan: FloorPlan
  readonly random: () => number
  readonly world: World
  /** A door or window to the outside, by its id or that of its zone. */
  readonly by: string
  /** Caught: rejects with its reason. */
  readonly signal?: AbortSignal
}

export interface Burglary {
  readonly enteredAt: Instant
  readonly leftAt: Instant
  /** In their order. */
  readonly searched: readonly string[]
}

const FORCING_SECONDS = [5, 20] as const
/** A house is gone through in a few minutes. */
const SEARCHING_SECONDS = [20, 60] as const

/** Throws a `RangeError` that names the ways in when `by` is none. */
export function wayInBy(plan: FloorPlan, by: string): Opening {
  const waysIn = plan.openings.filter(({ between }) => between.includes(OUTSIDE))
  const way = waysIn.find(({ id }) => id === by) ?? waysIn.find(({ zone }) => zone === by)
  if (way === undefined) {
    throw new RangeError(`Cannot break in by ${by} as the ways in are ${waysIn.map(({ id }) => id).join(', ')}`)
  }
  return way
}

/** Resolves when they are gone. Rejects as `wayInBy` throws. */
export async function burgle({ clock, plan, random, world, by, signal }: BurglaryOptions): Promise<Burglary> {
  const way = wayInBy(plan, by)
  const burglar = createWalker({ clock, plan, random, world, name: 'burglar', kind: 'burglar' })
  const entrance = beyond(way, OUTSIDE)
  const inside = (room: string) =>
    room !== OUTSIDE && findRoute(plan, { from: entrance, to: room, passable: isIndoors }) !== undefined

  await clock.sleep(secondsBetween(random, ...FORCING_SECONDS), signal)
  await burglar.pass(way.id, signal)
  const enteredAt = clock.now()
  const searched = shuffled(
    plan.rooms.map(({ id }) => id).filter((id) => inside(id)),
    random,
  )
  for (const room of searched) {
    await burglar.walkTo(room, signal)
    await burglar.moveAbout(secondsBetween(random, ...SEARCHING_SECONDS), signal)
  }
  await burglar.walkTo(entrance, signal)
  await burglar.pass(way.id, signal)
  return { enteredAt, leftAt: clock.now(), searched }
}

const isIndoors = (opening: Opening): boolean => isWay(opening) && !opening.between.includes(OUTSIDE)
