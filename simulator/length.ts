// Lengths of time as people write them: `8h`, `2h30m`, `45s`, `7d`.
import { type Millis, millis } from '#contract/time.ts'

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
const PART = /(\d+(?:\.\d+)?)\s*(ms|d|h|m|s)/gy

/** `8h`, or the milliseconds themselves. */
export type Length = Millis | `${number}${keyof typeof UNITS}` | (string & {})

/** Undefined for what is no length. */
export function readLength(text: string): Millis | undefined {
  let total = 0
  let end = 0
  PART.lastIndex = 0
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * UNITS[part[2] as keyof typeof UNITS]
    end = PART.lastIndex
  }
  return end > 0 && end === text.length ? millis(total) : undefined
}

/** Throws a `RangeError` for what is no length. */
export function lengthOf(length: Length): Millis {
  const read = typeof length === 'number' ? (length as Millis) : readLength(length)
  if (read === undefined || !Number.isFinite(read) || read < 0) {
    throw new RangeError(`Cannot read a length of time as it must be like 8h, 2h30m, 45s or 7d: got "${length}"`)
  }
  return read
}

/** `2h 30m`, for people. */
export function formatLength(length: Millis): string {
  let left = Math.round(length)
  const parts: string[] = []
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(left / size)
    if (count > 0 && (unit !== 'ms' || parts.length === 0)) parts.push(`${count}${unit}`)
    left -= count * size
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}
