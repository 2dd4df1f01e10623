// A week's plan. It does what a person would do at those times: it sets a preset or a target, which then holds until the next one, or
// until somebody chooses otherwise.
import { dayNumberOf, instantOf, localOf } from '#contract/local-time.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import type { Plan, Preset, Settings } from './state.ts'

export interface Schedule {
  /** An IANA name: 06:30 is 06:30 in summer and in winter. */
  readonly timeZone: string
  readonly entries: readonly ScheduleEntry[]
}

export interface ScheduleEntry {
  /** 1 is Monday, 7 Sunday. */
  readonly weekdays: readonly number[]
  readonly hour: number
  readonly minute: number
  readonly set: { readonly preset: Preset } | { readonly target: number }
}

/** A transition that has happened: what it set, and when. */
export interface Transition {
  readonly since: Instant
  readonly set: ScheduleEntry['set']
}

/** Before this, the clock has not been set yet: a Pi without a network wakes up in 1970, or on the day that its image was made. */
const FIRST_HONEST_INSTANT = instant(1_767_225_600_000)

const WEEK = 7

/** The newest transition at `wall`; undefined where there is none within a week. */
function currentTransition(schedule: Schedule, wall: Instant): Transition | undefined {
  const past = transitionsAround(schedule, wall, -WEEK, 0).filter(({ since }) => since <= wall)
  return past.reduce<Transition | undefined>((best, each) => (best && best.since > each.since ? best : each), undefined)
}

/** When the plan changes next after `wall`. */
function nextTransitionAt(schedule: Schedule, wall: Instant): Instant | undefined {
  const ahead = transitionsAround(schedule, wall, 0, WEEK).filter(({ since }) => since > wall)
  return ahead.length === 0 ? undefined : instant(Math.min(...ahead.map(({ since }) => since)))
}

/** What holds at `wall`, and until when; `known` is it already while it holds. */
export function planAt(schedule: Schedule, wall: Instant, known: Plan | undefined): Plan {
  if (known !== undefined && wall >= known.from && wall < known.to) return known
  if (wall < FIRST_HONEST_INSTANT) {
    return { from: instant(Number.NEGATIVE_INFINITY), to: FIRST_HONEST_INSTANT, transition: undefined }
  }
  const transition = currentTransition(schedule, wall)
  const to = nextTransitionAt(schedule, wall) ?? instant(Number.POSITIVE_INFINITY)
  return { from: transition?.since ?? wall, to, transition }
}

/** A transition that was carried out and lies further ahead than this was passed by a clock that was wrong. */
const CLOCK_WAS_WRONG = hours(1)

/** The settings after the schedule had its say: once a transition, so that what a person chooses since then stays. */
export function follow(settings: Settings, { transition }: Plan, wall: Instant): Settings {
  const { hold, scheduledSince } = settings
  if (transition === undefined || hold.type !== 'none') return settings
  const { since, set } = transition
  // A clock that is set back by a moment must not carry out yesterday evening once more.
  if (scheduledSince !== undefined && since <= scheduledSince && scheduledSince - wall < CLOCK_WAS_WRONG)
    return settings
  const chosen = 'preset' in set ? { preset: set.preset } : { target: set.target, preset: 'none' as const }
  return { ...settings, ...chosen, scheduledSince: since }
}

/** Every transition of the days from `first` to `last`, counted from the day of `wall`. */
function transitionsAround(
  { timeZone, entries }: Schedule,
  wall: Instant,
  first: number,
  last: number,
): readonly Transition[] {
  const today = localOf(timeZone, wall)
  const days = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return days.flatMap((offset) => {
    const { year, month } = today
    const day = today.day + offset
    // 1970-01-01 was a Thursday.
    const weekday = ((((dayNumberOf({ year, month, day }) + 3) % WEEK) + WEEK) % WEEK) + 1
    return entries
      .filter(({ weekdays }) => weekdays.includes(weekday))
      .map(({ hour, minute, set }) => ({ since: instantOf(timeZone, { year, month, day, hour, minute }), set }))
  })
}
