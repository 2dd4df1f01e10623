// The people of a house, living their days on the home's clock.
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, millis, minutes } from '#contract/time.ts'
import { instantOf, localOf } from '../local-time.ts'
import type { Random } from '../random.ts'
import { OUTSIDE } from './floor-plan.ts'
import type { Presence, Walker } from './presence.ts'
import { planDay } from './routine.ts'

export const NAMES = ['Alex', 'Bo', 'Charlie', 'Dana', 'Eli', 'Fran'] as const
/** Somebody awake moves about as often as this at least. */
const STIRS_EVERY = minutes(7)

export interface HouseholdOptions {
  readonly clock: Clock
  readonly presence: Presence
  readonly count: number
  readonly pet: boolean
  /** IANA: their alarm clocks go by local time. */
  readonly zone: string
  readonly random: (name: string) => Random
  readonly signal: AbortSignal
}

/** Begins their lives; they go on until `signal` aborts. */
export function startHousehold({ clock, presence, count, pet, zone, random, signal }: HouseholdOptions): void {
  const forget = (error: unknown) => {
    if (!signal.aborted) throw error
  }
  for (const name of NAMES.slice(0, count)) {
    const walker: Walker = { name, random: random(name) }
    presence.place(walker, 'bedroom')
    void live(walker, { clock, presence, zone, signal }).catch(forget)
  }
  if (!pet) return
  const cat: Walker = { name: 'cat', pet: true, random: random('cat') }
  presence.place(cat, 'living')
  void roam(cat, { clock, presence, signal }).catch(forget)
}

type Living = Pick<HouseholdOptions, 'clock' | 'presence' | 'zone' | 'signal'>

async function live(walker: Walker, { clock, presence, zone, signal }: Living): Promise<void> {
  for (let day = 0; ; day++) {
    const { year, month, day: date, weekday } = localOf(zone, dayAfter(clock.now(), day === 0 ? 0 : 1, zone))
    const midnight = { year, month, day: date, hour: 0, minute: 0 }
    for (const { minute, room } of planDay(weekday, walker.random)) {
      const due = instantOf(zone, { ...midnight, hour: Math.floor(minute / 60), minute: minute % 60 })
      // The day may have begun before the home did.
      if (due < clock.now() - minutes(1)) {
        presence.place(walker, room)
        continue
      }
      while (clock.now() < due) {
        await clock.sleep(millis(Math.min(due - clock.now(), STIRS_EVERY)), signal)
        const here = presence.where(walker.name)
        if (here !== 'bedroom' && here !== OUTSIDE) presence.stir(walker)
      }
      await presence.walk(walker, room, signal)
    }
  }
}

/** Some moment of today, or of the day after. Noon: no clock is changed then. */
function dayAfter(now: Instant, days: number, zone: string): Instant {
  const { year, month, day } = localOf(zone, now)
  return days === 0 ? now : instant(instantOf(zone, { year, month, day: day + days, hour: 12, minute: 0 }))
}

async function roam(cat: Walker, { clock, presence, signal }: Omit<Living, 'zone'>): Promise<void> {
  const rooms = ['living', 'kitchen', 'hall', 'bedroom']
  for (;;) {
    await clock.sleep(millis(minutes(5) + Math.floor(cat.random() * minutes(50))), signal)
    await presence.walk(cat, rooms[Math.floor(cat.random() * rooms.length)] ?? 'living', signal)
  }
}
