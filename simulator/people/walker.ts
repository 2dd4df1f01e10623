// Somebody who moves through the house: doors open before them and shut behind them, and sensors see them.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { buildingOf, type World } from './building.ts'
import { secondsBetween } from './pace.ts'
import { beyond, type FloorPlan, findRoute, isWay, type Opening, OUTSIDE, openingOf, roomOf, route } from './plan.ts'

export interface WalkerOptions {
  readonly clock: Clock
  readonly plan: FloorPlan
  /** A stream of their own, so that nobody's steps depend on who else is at home. */
  readonly random: () => number
  /** Walkers with the same world share its doors and sensors. */
  readonly world: World
  readonly name: string
  /** A pet opens no door, and pet-immune sensors look over it; a burglar leaves every door open. A person. */
  readonly kind?: 'person' | 'pet' | 'burglar'
  /** Where they are at first: outside. The world is not told. */
  readonly room?: string
}

/** One thing at a time; each rejects with the signal's reason when that aborts, and a door they were in falls shut, a burglar's excepted. */
export interface Walker {
  readonly name: string
  /** Where they are now. */
  readonly room: string
  /** Resolves with whether they got there: a pet stops where a shut door is in its way. */
  walkTo(room: string, signal?: AbortSignal): Promise<boolean>
  /** Through one opening of the room they are in, a window too, by its id or that of its zone. */
  pass(opening: string, signal?: AbortSignal): Promise<void>
  /** Moves about in the room they are in. */
  moveAbout(length: Millis, signal?: AbortSignal): Promise<void>
}

/** From one door of a room to the next. */
const CROSSING_SECONDS = [2, 6] as const
/** From opening a door to having passed it, and to having shut it. */
const THRESHOLD = seconds(1)
const SHUT_SECONDS = [2, 4] as const
/** How long a motion sensor stays active after the last motion. */
const HOLD_SECONDS = [10, 30] as const

export function createWalker(options: WalkerOptions): Walker {
  const { clock, plan, random, world, name, kind = 'person' } = options
  const building = buildingOf(world, { clock, plan })
  let room = roomOf(plan, options.room ?? OUTSIDE).id
  let busy: string | undefined
  let stopStirring = (_holdTime: Millis) => {}

  const takes = ([shortest, longest]: readonly [number, number]) => secondsBetween(random, shortest, longest)
  const stir = () => {
    const unseen = kind === 'pet' && roomOf(plan, room).motion?.petImmune === true
    stopStirring = unseen ? () => {} : building.stir(room)
  }
  const enter = (next: string) => {
    const [from, leave] = [room, stopStirring]
    room = next
    world.moved(name, from, next)
    stir()
    leave(takes(HOLD_SECONDS))
  }

  const passable = (opening: Opening): boolean =>
    kind === 'pet' ? isWay(opening) && (building.isOpen(opening) || opening.petFlap === true) : isWay(opening)
  /** The next opening on the way; undefined where a pet cannot go on. */
  const nextOpening = (to: string): Opening | undefined =>
    (kind === 'pet' ? findRoute(plan, { from: room, to, passable }) : route(plan, room, to))?.[0]

  async function passOpening(opening: Opening, signal?: AbortSignal): Promise<void> {
    const throughFlap = kind === 'pet' && !building.isOpen(opening)
    const letGo: ReturnType<typeof building.hold> = throughFlap ? () => {} : building.hold(opening)
    try {
      const shutAfter = takes(SHUT_SECONDS)
      await clock.sleep(THRESHOLD, signal)
      enter(beyond(opening, room))
      if (kind !== 'burglar') await clock.sleep(millis(shutAfter - THRESHOLD), signal)
    } finally {
      letGo(kind === 'burglar' ? 'open' : undefined)
    }
  }

  async function act(what: string, deed: () => Promise<void>): Promise<void> {
    if (busy !== undefined) throw new Error(`Cannot let ${name} ${what} as they must be at rest: they ${busy}`)
    busy = what
    stir()
    try {
      await deed()
    } finally {
      stopStirring(takes(HOLD_SECONDS))
      busy = undefined
    }
  }

  return {
    name,
    get room() {
      return room
    },
    async walkTo(to, signal) {
      roomOf(plan, to)
      if (room === to) return true
      if (nextOpening(to) === undefined) return false
      await act(`walk to ${to}`, async () => {
        while (room !== to) {
          const opening = nextOpening(to)
          if (opening === undefined) return
          await clock.sleep(takes(CROSSING_SECONDS), signal)
          // A door may have been shut meanwhile, and there may be another way round.
          if (passable(opening)) await passOpening(opening, signal)
        }
      })
      return room === to
    },
    async pass(id, signal) {
      const opening = openingOf(plan, id)
      if (!opening.between.includes(room)) {
        throw new RangeError(`Cannot let ${name} pass ${id} as it must be in the same room: they are in ${room}`)
      }
      if (kind === 'pet' && !passable(opening)) {
        throw new Error(`Cannot let ${name} pass ${id} as pets open nothing: it is shut`)
      }
      await act(`pass ${id}`, () => passOpening(opening, signal))
    },
    moveAbout: (length, signal) => act('move about', () => clock.sleep(length, signal)),
  }
}
