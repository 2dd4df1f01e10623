// Who is where, and what the house notices of it: doors that open and close, detectors that see somebody move.
import { after, type Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Random } from '../random.ts'
import { type Door, type FloorPlan, OUTSIDE, route } from './floor-plan.ts'

/** What people do to the house. */
export interface World {
  contact(zone: string, open: boolean): void
  motion(zone: string, active: boolean): void
  /** How many people are in a room; pets are not counted. */
  people(room: string, count: number): void
}

export interface Presence {
  /** Walks to `room` at a walking pace, through the doors on the way. Rejects when `signal` aborts, on the spot. */
  walk(who: Walker, room: string, signal: AbortSignal): Promise<void>
  /** Somebody moves about in the room they are in. */
  stir(who: Walker): void
  /** Puts somebody somewhere without a door being opened: how things are at the start. */
  place(who: Walker, room: string): void
  /** Opens a window from outside, for whoever comes in by it, and leaves it open. */
  climb(who: Walker, zone: string): void
  where(name: string): string | undefined
  readonly anybodyHome: boolean
  stop(): void
}

export interface Walker {
  readonly name: string
  /** A pet opens no doors, gives off little heat, and good detectors are blind to it. */
  readonly pet?: boolean
  /** Leaves doors open behind it. */
  readonly careless?: boolean
  readonly random: Random
}

const DOOR_STANDS_OPEN = seconds(3)
/** A detector stays active so long after the last movement. */
const MOTION_LASTS = seconds(20)

const between = (random: Random, from: number, to: number): Millis =>
  millis(Math.round(1000 * (from + (to - from) * random())))

export function createPresence({ plan, clock, world }: { plan: FloorPlan; clock: Clock; world: World }): Presence {
  const where = new Map<string, { readonly room: string; readonly pet: boolean }>()
  /** How many are in each doorway: it is closed behind the last one. */
  const passing = new Map<string, number>()
  const still = new Map<string, () => void>()

  const stir = (who: Walker): void => {
    const room = where.get(who.name)?.room
    const zone = room === undefined ? undefined : plan.motion[room]
    if (zone === undefined || who.pet) return
    const wasActive = still.has(zone)
    still.get(zone)?.()
    if (!wasActive) world.motion(zone, true)
    still.set(
      zone,
      after(clock, MOTION_LASTS, () => {
        still.delete(zone)
        world.motion(zone, false)
      }),
    )
  }
  const count = (room: string): void => {
    if (room === OUTSIDE) return
    world.people(room, [...where.values()].filter((each) => each.room === room && !each.pet).length)
  }
  const enter = (who: Walker, room: string): void => {
    const before = where.get(who.name)?.room
    where.set(who.name, { room, pet: who.pet === true })
    if (before !== undefined) count(before)
    count(room)
    stir(who)
  }
  const open = ({ id, zone }: Door): void => {
    const inside = passing.get(id) ?? 0
    passing.set(id, inside + 1)
    if (inside === 0 && zone !== undefined) world.contact(zone, true)
  }
  const close = ({ id, zone }: Door): void => {
    const left = (passing.get(id) ?? 1) - 1
    passing.set(id, left)
    if (left === 0 && zone !== undefined) world.contact(zone, false)
  }

  return {
    stir,
    where: (name) => where.get(name)?.room,
    get anybodyHome() {
      return [...where.values()].some(({ room, pet }) => room !== OUTSIDE && !pet)
    },
    place: enter,
    climb(who, zone) {
      world.contact(zone, true)
      enter(who, plan.windows[zone] ?? OUTSIDE)
    },
    async walk(who, room, signal) {
      const from = where.get(who.name)?.room ?? OUTSIDE
      // A door with a contact leads out: a pet does not open it.
      for (const { door, to } of route(plan, from, room, (each) => who.pet === true && each.zone !== undefined)) {
        await clock.sleep(between(who.random, 2, 6), signal)
        if (!who.pet) open(door)
        enter(who, to)
        if (who.pet || who.careless) continue
        await clock.sleep(DOOR_STANDS_OPEN, signal)
        close(door)
      }
    },
    stop() {
      for (const forget of still.values()) forget()
    },
  }
}
