// When a step is due, as people write it: `22:00` (the next time the wall says so), `+2h` (after the start), `day 2 07:30`.

import { instantOf, localOf, nextLocal } from '#contract/local-time.ts'
import { type Instant, instant } from '#contract/time.ts'
import { readLength } from '../length.ts'

const CLOCK = /^(?:day (?<day>[1-9]\d{0,2}) )?(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?$/

export const isMoment = (text: string): boolean =>
  CLOCK.test(text) || (text.startsWith('+') && readLength(text.slice(1)) !== undefined)

/** The instant that is meant. `after` is the step before: a time without a day is the next one after it. Day 1 is the day of the start. */
export function momentOf(text: string, start: Instant, after: Instant, zone: string): Instant {
  if (text.startsWith('+')) return instant(start + (readLength(text.slice(1)) ?? 0))
  const { day, hour, minute, second = '0' } = CLOCK.exec(text)?.groups ?? {}
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second) }
  if (day === undefined) return nextLocal(zone, instant(after - 1), time)
  const first = localOf(zone, start)
  return instantOf(zone, { year: first.year, month: first.month, day: first.day + Number(day) - 1, ...time })
}
