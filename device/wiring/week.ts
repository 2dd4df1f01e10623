// A week as people write it: `{ days: mon-fri, at: "06:30", preset: comfort }`.
import * as v from 'valibot'
import { PRESETS, TARGETS } from '#contract/kinds.ts'
import { localOf } from '#contract/local-time.ts'
import { instant } from '#contract/time.ts'
import type { Schedule, ScheduleEntry } from '../thermostat/schedule.ts'
import { between, oneOf, strict } from './rules.ts'

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAYS_FORM = 'must be daily, or days and spans such as mon-fri or [mon, wed, sat-sun]'

/** 1 is Monday; undefined for what is no day. A span may run over Sunday: `sat-mon`. */
export function parseDays(text: string): readonly number[] | undefined {
  if (text === 'daily') return DAYS.map((_, index) => index + 1)
  const [first, last = first, ...more] = text.split('-').map((day) => DAYS.indexOf(day))
  if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0) return undefined
  const length = ((last - first + DAYS.length) % DAYS.length) + 1
  return Array.from({ length }, (_, index) => ((first + index) % DAYS.length) + 1)
}

const span = v.pipe(
  v.string(DAYS_FORM),
  v.check((text) => parseDays(text) !== undefined, DAYS_FORM),
  v.transform((text) => parseDays(text) ?? []),
)
const days = v.pipe(
  v.unknown(),
  v.transform((input) => (Array.isArray(input) ? input : [input])),
  v.array(span),
  v.minLength(1, DAYS_FORM),
  v.transform((spans) => [...new Set(spans.flat())].sort()),
)

const TIME_FORM = 'must be a time such as "06:30", from "00:00" to "23:59"'
const time = v.pipe(
  v.string(TIME_FORM),
  v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, TIME_FORM),
  v.transform((text) => ({ hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) })),
)

const presets = PRESETS.filter((preset) => preset !== 'none')

const entry = v.pipe(
  strict({
    days,
    at: time,
    preset: v.optional(oneOf(presets, '')),
    target: v.optional(between(TARGETS.min, TARGETS.max, '°C')),
  }),
  v.check(({ preset, target }) => (preset === undefined) !== (target === undefined), 'must have a preset or a target'),
  v.transform(({ days, at, preset, target }): ScheduleEntry => {
    const set = preset === undefined ? { target: target ?? 20 } : { preset }
    return { weekdays: days, ...at, set }
  }),
)

const ZONE = 'must be a time zone such as Europe/Berlin'
const WEEK = 'must be a list of at least one entry, such as { days: mon-fri, at: "06:30", preset: comfort }'

export const schedule = v.pipe(
  strict({
    'time-zone': v.pipe(v.string(ZONE), v.check(isTimeZone, ZONE)),
    week: v.pipe(v.array(entry, WEEK), v.minLength(1, WEEK)),
  }),
  v.transform(({ 'time-zone': timeZone, week }): Schedule => ({ timeZone, entries: week })),
)

function isTimeZone(name: string): boolean {
  try {
    localOf(name, instant(0))
    return true
  } catch {
    return false
  }
}

/**
 * Two entries that want the same minute, as the rest of a sentence that begins with "Cannot use hall.yaml"; undefined where none do. Which
 * of them holds would be a guess.
 */
export function clash({ entries }: Schedule): string | undefined {
  const taken = new Map<string, number>()
  for (const [index, { weekdays, hour, minute }] of entries.entries()) {
    for (const weekday of weekdays) {
      const when = `${DAYS[weekday - 1]} ${twoDigits(hour)}:${twoDigits(minute)}`
      const before = taken.get(when)
      taken.set(when, index)
      if (before !== undefined)
        return `at "${pathOf(index)}" as a minute must have one entry: got ${when}, which "${pathOf(before)}" has`
    }
  }
  return undefined
}

const pathOf = (index: number): string => `behaviour.schedule.week.${index}`
const twoDigits = (number: number): string => String(number).padStart(2, '0')
