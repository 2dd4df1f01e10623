// What a home can be asked to be, and what is wrong with what was asked.
import type { Logger } from 'pino'
import { parseInstant } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import { localOf } from '#contract/local-time.ts'
import type { Instant } from '#contract/time.ts'
import { HOUSE_NAMES, type HouseName } from '../house/presets.ts'
import type { Length } from '../length.ts'
import type { Weather } from '../weather/weather.ts'

export interface HomeOptions {
  /** Everything that is left to chance follows from it. 1. */
  readonly seed?: number
  /** All three. */
  readonly devices?: readonly Kind[]
  /** A 1990s terraced house. */
  readonly house?: HouseName
  /** When it begins: RFC 3339, or the instant itself. A January morning. */
  readonly start?: string | Instant
  /** IANA; people's clocks go by it. UTC. */
  readonly zone?: string
  /** Seeded January weather, 4 °C on average. */
  readonly weather?: Weather
  /** 18.5 °C. */
  readonly indoorCelsius?: number
  /** How many live in it and go about; nobody. */
  readonly people?: number
  readonly pet?: boolean
  /** How long access tokens live: ten minutes. */
  readonly tokens?: Length
  /** What happens when a safety rule is broken: whoever turns the clock is told at once, or it is only noted. */
  readonly safety?: 'throw' | 'note'
  readonly log?: Logger
}

const A_JANUARY_MORNING = '2030-01-14T06:00:00Z'

/** When the home begins. Throws a `RangeError` for whatever cannot be: a seed, a time, a zone, a house. */
export function checkOptions({ seed = 1, start = A_JANUARY_MORNING, zone = 'UTC', house }: HomeOptions): Instant {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot start a home as its seed must be a whole number: got ${String(seed)}`)
  }
  if (house !== undefined && !HOUSE_NAMES.includes(house)) {
    throw new RangeError(
      `Cannot start a home as its house must be one of ${HOUSE_NAMES.join(', ')}: got "${String(house)}"`,
    )
  }
  const read = typeof start === 'number' ? start : parseInstant(start)
  if (read === undefined || !Number.isFinite(read)) {
    throw new RangeError(`Cannot start a home as its start must be a time like ${A_JANUARY_MORNING}: got "${start}"`)
  }
  localOf(zone, read)
  return read
}
