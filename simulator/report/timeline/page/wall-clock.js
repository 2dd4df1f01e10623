// What the clock on the wall of the home says. The page is told how far it stands from UTC, so it shows the home's time wherever it is read.

/** @import { PageData } from '../page-data.ts' */

const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 1000),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112].map((count) => count * DAY),
]

const dates = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' })
/** @param {number} value */
const two = (value) => String(value).padStart(2, '0')

/** @param {PageData} data */
export function createWallClock({ startedAt, lengthMillis, offsets }) {
  /** @param {number} at */
  const localOf = (at) => {
    const offset = offsets.findLast(([from]) => from <= at)?.[1] ?? offsets[0]?.[1] ?? 0
    return startedAt + at + offset
  }
  /** @param {number} at */
  const dayOf = (at) => Math.floor(localOf(at) / DAY)

  /** @param {number} local */
  const time = (local) => `${two(Math.floor((local % DAY) / HOUR))}:${two(Math.floor((local % HOUR) / MINUTE))}`
  /** @param {number} local */
  const seconds = (local) => two(Math.floor((local % MINUTE) / 1000))

  return {
    /**
     * `Tue 15 Jan 03:12:40`
     * @param {number} at
     */
    format(at) {
      const local = localOf(at)
      return `${dates.format(local).replace(',', '')} ${time(local)}:${seconds(local)}`
    },
    /** `day 2`, as scenarios count. @param {number} at */
    day: (at) => `day ${dayOf(at) - dayOf(0) + 1}`,
    /**
     * Round times of the wall to write on an axis, about `most` of them.
     * @param {number} from
     * @param {number} to
     * @param {number} most
     */
    ticks(from, to, most) {
      const step = STEPS.find((each) => (to - from) / each <= most) ?? 224 * DAY
      /** @type {{ at: number, text: string, strong: boolean }[]} */
      const ticks = []
      // Between two changes of the clocks the wall goes evenly: each stretch has its own round times.
      offsets.forEach(([begins, offset], index) => {
        const first = Math.max(begins, from)
        const last = Math.min(offsets[index + 1]?.[0] ?? lengthMillis + 1, to)
        const base = startedAt + offset
        for (let local = Math.ceil((base + first) / step) * step; local - base < last; local += step) {
          const strong = local % DAY === 0
          const text = strong
            ? dates.format(local).replace(',', '')
            : step < MINUTE
              ? `${time(local)}:${seconds(local)}`
              : time(local)
          ticks.push({ at: local - base, text, strong })
        }
      })
      return ticks
    },
  }
}

/** @typedef {ReturnType<typeof createWallClock>} WallClock */
