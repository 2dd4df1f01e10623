// What a day of somebody looks like: when they are where. Each day of each person is drawn from a stream of its own, so that neither
// another person nor the day at which a simulation begins changes anything of it.

import { dayNumberOf, instantOf, localOf } from '#contract/local-time.ts'
import type { Instant } from '#contract/time.ts'
import { randomStream } from '../random.ts'
import { OUTSIDE } from './plan.ts'

export type Habit = 'commuter' | 'schoolchild' | 'home-worker' | 'retired'

export interface Person {
  readonly name: string
  /** A pet has no plans. */
  readonly habit: Habit | 'pet'
}

/** From then on until the next one. */
export interface Activity {
  /** What the clock on the wall says, in seconds since 00:00: 0 to 86 399, rising through a day. */
  readonly atSecond: number
  readonly room: string
  readonly asleep?: true
}

interface Custom {
  readonly at: string
  readonly room: string
  /** Up to so many minutes before or after, evenly. 15. */
  readonly jitterMinutes?: number
  /** On how many days of ten; otherwise they stay where they are. Ten. */
  readonly daysOfTen?: number
  readonly asleep?: true
}

interface Week {
  readonly weekday: readonly Custom[]
  readonly weekend: readonly Custom[]
}

const WEEKEND: readonly Custom[] = [
  { at: '08:40', room: 'bath', jitterMinutes: 40 },
  { at: '09:30', room: 'kitchen', jitterMinutes: 20 },
  { at: '10:30', room: 'living', jitterMinutes: 20 },
  { at: '11:30', room: OUTSIDE, jitterMinutes: 30, daysOfTen: 6 },
  { at: '14:00', room: 'kitchen', jitterMinutes: 45 },
  { at: '15:30', room: 'living', jitterMinutes: 30 },
  { at: '19:00', room: 'kitchen', jitterMinutes: 30 },
  { at: '20:15', room: 'living', jitterMinutes: 15 },
  { at: '22:50', room: 'bath', jitterMinutes: 20 },
  { at: '23:20', room: 'bedroom', jitterMinutes: 10, asleep: true },
]
const EVENING: readonly Custom[] = [
  { at: '19:00', room: 'kitchen' },
  { at: '20:00', room: 'living' },
  { at: '22:20', room: 'bath', jitterMinutes: 10 },
  { at: '22:45', room: 'bedroom', asleep: true },
]

const WEEKS: Readonly<Record<Habit, Week>> = {
  commuter: {
    weekday: [
      { at: '06:45', room: 'bath' },
      { at: '07:20', room: 'kitchen', jitterMinutes: 10 },
      { at: '07:55', room: 'bedroom', jitterMinutes: 5 },
      { at: '08:10', room: OUTSIDE, jitterMinutes: 8 },
      { at: '17:40', room: 'living', jitterMinutes: 30 },
      ...EVENING,
    ],
    weekend: WEEKEND,
  },
  schoolchild: {
    weekday: [
      { at: '07:05', room: 'bath', jitterMinutes: 10 },
      { at: '07:25', room: 'kitchen', jitterMinutes: 8 },
      { at: '08:00', room: OUTSIDE, jitterMinutes: 6 },
      { at: '15:40', room: 'kitchen', jitterMinutes: 20 },
      { at: '16:20', room: 'living' },
      { at: '17:00', room: OUTSIDE, jitterMinutes: 10, daysOfTen: 4 },
      { at: '18:30', room: 'living', jitterMinutes: 10 },
      { at: '19:00', room: 'kitchen', jitterMinutes: 10 },
      { at: '19:45', room: 'living', jitterMinutes: 10 },
      { at: '20:40', room: 'bath', jitterMinutes: 10 },
      { at: '21:00', room: 'bedroom', jitterMinutes: 10, asleep: true },
    ],
    weekend: WEEKEND,
  },
  'home-worker': {
    weekday: [
      { at: '07:15', room: 'bath' },
      { at: '07:50', room: 'kitchen', jitterMinutes: 10 },
      { at: '08:45', room: 'living', jitterMinutes: 10 },
      { at: '10:30', room: 'kitchen', jitterMinutes: 20 },
      { at: '10:50', room: 'living', jitterMinutes: 10 },
      { at: '12:30', room: 'kitchen', jitterMinutes: 20 },
      { at: '13:10', room: OUTSIDE, jitterMinutes: 10, daysOfTen: 5 },
      { at: '13:50', room: 'living', jitterMinutes: 10 },
      ...EVENING,
    ],
    weekend: WEEKEND,
  },
  retired: {
    weekday: [
      { at: '07:40', room: 'bath', jitterMinutes: 25 },
      { at: '08:20', room: 'kitchen' },
      { at: '09:15', room: 'living' },
      { at: '10:15', room: OUTSIDE, jitterMinutes: 30, daysOfTen: 8 },
      { at: '12:15', room: 'kitchen', jitterMinutes: 20 },
      { at: '13:30', room: 'bedroom' },
      { at: '15:00', room: 'living', jitterMinutes: 20 },
      ...EVENING,
    ],
    weekend: WEEKEND,
  },
}

const HOUSEHOLD: readonly Person[] = [
  { name: 'Robin', habit: 'commuter' },
  { name: 'Kim', habit: 'commuter' },
  { name: 'Toni', habit: 'schoolchild' },
  { name: 'Sam', habit: 'home-worker' },
  { name: 'Ola', habit: 'retired' },
  { name: 'Max', habit: 'schoolchild' },
]

/** A usual household of none to six people, and a cat. More people are always the same ones and one more. */
export function householdOf({ people, pet = false }: { people: number; pet?: boolean }): readonly Person[] {
  if (!Number.isInteger(people) || people < 0 || people > HOUSEHOLD.length) {
    throw new RangeError(`Cannot make a household as it must have 0 to ${HOUSEHOLD.length} people: got ${people}`)
  }
  return [...HOUSEHOLD.slice(0, people), ...(pet ? [{ name: 'Momo', habit: 'pet' } as const] : [])]
}

/** Every room that their days may have them in; a pet goes where it likes. */
export function roomsOf({ habit }: Person): readonly string[] {
  if (habit === 'pet') return []
  const { weekday, weekend } = WEEKS[habit]
  return [...new Set([...weekday, ...weekend].map(({ room }) => room))]
}

/** Days since 1970-01-01 on the wall; that one was a Thursday. */
export const isWeekend = (day: number): boolean => (((day + 3) % 7) + 7) % 7 >= 5

/** The day of somebody. `random` is a stream for this person and this day alone; two numbers are drawn for each thing they might do. */
export function planDay({ habit }: Person, day: number, random: () => number): readonly Activity[] {
  if (habit === 'pet') return []
  const activities: Activity[] = []
  let earliest = 0
  for (const custom of WEEKS[habit][isWeekend(day) ? 'weekend' : 'weekday']) {
    const { room, jitterMinutes = 15, daysOfTen = 10, asleep } = custom
    const [shift, chance] = [(2 * random() - 1) * jitterMinutes * 60, random() * 10]
    if (chance >= daysOfTen) continue
    // What comes first stays first, however far they are put off.
    const atSecond = Math.max(secondOf(custom.at) + Math.round(shift), earliest)
    earliest = atSecond + 60
    activities.push({ atSecond, room, ...(asleep && { asleep }) })
  }
  return activities
}

const secondOf = (at: string): number => Number(at.slice(0, 2)) * 3600 + Number(at.slice(3)) * 60

export interface Routine {
  /** A day, counted since 1970-01-01 on the wall. */
  day(day: number): readonly Activity[]
  /** What they do at this instant, and until when. */
  at(now: Instant): { readonly activity: Activity; readonly until: Instant }
}

/** The days of a person with plans, in a time zone: what is due at 06:30 is due when the wall says so, on either side of a change. */
export function routineOf({ seed, zone, person }: { seed: number; zone: string; person: Person }): Routine {
  if (person.habit === 'pet') throw new TypeError(`Cannot plan the days of ${person.name} as pets have no plans`)
  const planned = new Map<number, readonly Due[]>()

  const day = (number: number) => planDay(person, number, randomStream(seed, `people/${person.name}/day/${number}`))
  const dueOn = (number: number): readonly Due[] => {
    const known = planned.get(number)
    if (known !== undefined) return known
    const due = day(number).map((activity) => ({ activity, at: instantAt(zone, number, activity.atSecond) }))
    // Nobody looks further back than a day.
    for (const past of planned.keys()) if (Math.abs(past - number) > 2) planned.delete(past)
    planned.set(number, due)
    return due
  }
  return {
    day,
    at(now) {
      const today = dayNumberOf(localOf(zone, now))
      // Where an hour is skipped, what was due in it may come after what follows it.
      const due = [today - 1, today, today + 1].flatMap(dueOn).sort((a, b) => a.at - b.at)
      const next = due.findIndex(({ at }) => at > now)
      const [current, following] = [due[next - 1], due[next]]
      if (current === undefined || following === undefined) {
        throw new Error(`Cannot say what ${person.name} does as every day must have something in it: day ${today}`)
      }
      return { activity: current.activity, until: following.at }
    },
  }
}

interface Due {
  readonly activity: Activity
  readonly at: Instant
}

function instantAt(zone: string, day: number, atSecond: number): Instant {
  const [hour, minute, second] = [Math.floor(atSecond / 3600), Math.floor(atSecond / 60) % 60, atSecond % 60]
  return instantOf(zone, { year: 1970, month: 1, day: 1 + day, hour, minute, second })
}
