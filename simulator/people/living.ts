// A household that lives: everybody walks through their days, pets stroll, until it is disposed.
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { localOf } from '#contract/local-time.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { randomStream } from '../random.ts'
import { buildingOf, type World } from './building.ts'
import { secondsBetween } from './pace.ts'
import { type FloorPlan, roomOf, route } from './plan.ts'
import { type Person, type Routine, roomsOf, routineOf } from './routine.ts'
import { createWalker, type Walker } from './walker.ts'

export interface LivingOptions {
  readonly clock: Clock
  readonly people: readonly Person[]
  readonly plan: FloorPlan
  /** IANA. */
  readonly zone: string
  readonly world: World
  readonly seed: number
}

/** Disposing it stops everybody where they are, and rejects with what the world threw at one of them. */
export interface Living extends AsyncDisposable {
  /** The room of each, by name, now. The world hears of those who move, not of where they were at first. */
  readonly whereabouts: ReadonlyMap<string, string>
}

/** A pet's first room. */
const BASKET = 'living'
const STROLL_BY_DAY_SECONDS = [5 * 60, 45 * 60] as const
const STROLL_BY_NIGHT_SECONDS = [30 * 60, 120 * 60] as const
/** Whoever sits in a room gets up now and then. */
const STIR_EVERY_SECONDS = [3 * 60, 15 * 60] as const
const STIR_SECONDS = [5, 20] as const
/** No longer than this without a look at the clock on the wall, which may be put right. */
const LONGEST_WAIT = seconds(3600)

/** Throws where somebody could not live here: an unknown zone or room, or two of one name. Everybody begins where their day has them. */
export function livePeople({ clock, people, plan, zone, world, seed }: LivingOptions): Living {
  const stopped = new AbortController()
  const { signal } = stopped

  const begin = (person: Person): { readonly walker: Walker; readonly live: () => Promise<void> } => {
    const random = randomStream(seed, `people/${person.name}/steps`)
    const common = { clock, plan, random, world, name: person.name }
    if (person.habit === 'pet') {
      const walker = createWalker({ ...common, kind: 'pet', room: BASKET })
      return { walker, live: () => stroll(walker, { clock, plan, zone, random, signal }) }
    }
    const routine = routineOf({ seed, zone, person })
    const walker = createWalker({ ...common, room: routine.at(clock.now()).activity.room })
    for (const room of roomsOf(person)) route(plan, walker.room, room)
    return { walker, live: () => follow(routine, walker, { clock, plan, zone, random, signal }) }
  }
  // An unknown zone is told of now and not at the first stroll.
  localOf(zone, clock.now())
  const names = people.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new RangeError(`Cannot live together as everybody must have a name of their own: ${twice} twice`)
  const everybody = people.map(begin)
  const lives = Promise.all(
    everybody.map(({ live }) =>
      live().catch((error: unknown) => {
        if (error !== CALLED_OFF) throw error
      }),
    ),
  )
  // Whoever disposes is told; nobody else can be before.
  lives.catch(() => {})

  return {
    get whereabouts() {
      return new Map(everybody.map(({ walker }) => [walker.name, walker.room]))
    },
    async [Symbol.asyncDispose]() {
      stopped.abort(CALLED_OFF)
      try {
        await lives
      } finally {
        buildingOf(world, { clock, plan }).rest()
      }
    },
  }
}

interface Life {
  readonly clock: Clock
  readonly plan: FloorPlan
  readonly zone: string
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Is always where the wall clock has them: what was missed while it jumped is not made up for. */
async function follow(routine: Routine, walker: Walker, { clock, plan, random, signal }: Life): Promise<void> {
  for (;;) {
    const { activity, until } = routine.at(clock.now())
    await walker.walkTo(activity.room, signal)
    const left = (): Millis => millis(until - clock.now())
    if (activity.asleep || roomOf(plan, walker.room).motion === undefined) {
      await clock.sleep(millis(Math.min(left(), LONGEST_WAIT)), signal)
      continue
    }
    await clock.sleep(millis(Math.min(left(), secondsBetween(random, ...STIR_EVERY_SECONDS))), signal)
    if (left() > 0) await walker.moveAbout(millis(Math.min(left(), secondsBetween(random, ...STIR_SECONDS))), signal)
  }
}

/** Now and then to another room, if the doors let it; more rarely at night. */
async function stroll(walker: Walker, { clock, plan, zone, random, signal }: Life): Promise<void> {
  for (;;) {
    const { hour } = localOf(zone, clock.now())
    const isNight = hour < 6 || hour >= 22
    await clock.sleep(secondsBetween(random, ...(isNight ? STROLL_BY_NIGHT_SECONDS : STROLL_BY_DAY_SECONDS)), signal)
    const others = plan.rooms.filter(({ id }) => id !== walker.room)
    const goal = others[Math.floor(random() * others.length)]
    if (goal !== undefined) await walker.walkTo(goal.id, signal)
    await walker.moveAbout(secondsBetween(random, ...STIR_SECONDS), signal)
  }
}
