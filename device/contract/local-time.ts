// What the clock on the wall says in a time zone, and back. Both daylight-saving nights are right.
import { hours, type Instant, instant, minutes } from './time.ts'

export interface LocalTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  readonly weekday: number
}

/** A time to look for. A day past the end of its month counts on into the next; 0 seconds unless given. */
export type WallTime = Omit<LocalTime, 'weekday' | 'second'> & { readonly second?: number }

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const formats = new Map<string, Intl.DateTimeFormat>()

/** Throws a `RangeError` that names the zone where there is none of that name. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, calendar: 'iso8601', hourCycle: 'h23', weekday: 'short' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
    formats.set(zone, format)
    return format
  } catch (cause) {
    throw new RangeError(`Cannot use the time zone as it must be one like Europe/London: got "${zone}"`, { cause })
  }
}

export function localOf(zone: string, at: Instant): LocalTime {
  const found = formatOf(zone).formatToParts(at)
  const parts = new Map(found.map(({ type, value }) => [type, value]))
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  return {
    ...{ year: number('year'), month: number('month'), day: number('day') },
    ...{ hour: number('hour'), minute: number('minute'), second: number('second') },
    weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
  }
}

/** The same figures read as if they were UTC. */
function asUtc({ year, month, day, hour, minute, second = 0 }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** Days since 1970-01-01, which was a Thursday, of a date on the wall. */
export const dayNumberOf = ({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): number =>
  asUtc({ year, month, day, hour: 0, minute: 0 }) / hours(24)

/**
 * The instant at which the wall says this. A time that is skipped in spring is as much later as the gap is long, and of one that comes
 * twice in autumn it is the first (as Temporal's "compatible").
 */
export function instantOf(zone: string, local: WallTime): Instant {
  const wanted = asUtc(local)
  const offsetAt = (at: number) => asUtc(localOf(zone, instant(at))) - Math.floor(at / 1000) * 1000
  // The offsets on either side of any change that matters: zones change by hours, not by days.
  const [before, after] = [offsetAt(wanted - hours(24)), offsetAt(wanted + hours(24))]
  const candidates = [wanted - before, wanted - after].filter((at) => at + offsetAt(at) === wanted)
  // In a gap neither fits: with the offset from before it, it is the later time that people mean.
  return instant(candidates.length > 0 ? Math.min(...candidates) : wanted - before)
}

/** `Tue 03:12`, for reports. */
export function formatLocal(zone: string, at: Instant): string {
  const { weekday, hour, minute } = localOf(zone, at)
  return `${WEEKDAYS[weekday - 1]} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** The first instant after `at` at which the wall says `hour:minute`. */
export function nextLocal(zone: string, at: Instant, time: Pick<WallTime, 'hour' | 'minute' | 'second'>): Instant {
  for (let day = 0; day < 3; day++) {
    const { year, month, day: date } = localOf(zone, at)
    const found = instantOf(zone, { year, month, day: date + day, ...time })
    if (found > at) return found
  }
  return instant(at + minutes(1))
}
