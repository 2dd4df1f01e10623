// What a thermostat makes of what the world tells it: what is believed, and what is only remembered. Nothing is decided here.
import { TARGETS } from '#contract/kinds.ts'
import { type Millis, type Moment, minutes } from '#contract/time.ts'
import type { ThermostatReading } from './hardware.ts'
import { frostAfter, HARD_LIMIT, isAiring, shownTarget } from './resolve.ts'
import type { Settings, ThermostatState } from './state.ts'

/** What a sensor can honestly say about a room. DS18B20 answers 85 after a power failure and −127 when it is gone. */
const BELIEVABLE = { min: -30, max: 60 } as const
/** And about the weather. */
const OUTSIDE = { min: -60, max: 60 } as const
/** No room changes faster, in K a minute. */
const FASTEST = 3
/** Two readings further apart than this say nothing about a rate: the first one after a gap may differ by more. */
const RATE_WINDOW = minutes(5)
/** A room that was too hot counts as cooled down this far below the limit. */
const COOLED_BY = 3

type State = ThermostatState

/** The state after a reading, not yet acted upon. */
export function heard(state: State, reading: ThermostatReading, { uptime }: Moment): State {
  switch (reading.type) {
    case 'temperature':
      return felt(state, reading.celsius, uptime)
    case 'outside':
      return inRange(reading.celsius, OUTSIDE) ? { ...state, outside: { celsius: reading.celsius, at: uptime } } : state
    case 'humidity':
      return reading.percent >= 0 && reading.percent <= 100
        ? { ...state, humidity: Math.round(reading.percent) }
        : state
    case 'turned':
      return { ...state, settings: turned(state.settings, reading.kelvin) }
    case 'relay':
      return { ...state, relayClosed: reading.closed }
    case 'relays':
      return { ...state, relaysObey: reading.obey }
    case 'window':
      if (reading.open === state.window.open) return state
      return { ...state, window: { open: reading.open, since: uptime, airedBefore: isAiring(state, uptime) } }
  }
}

/** From what the wall shows, in tenths, and never beyond what a phone could ask for. */
function turned(settings: Settings, kelvin: number): Settings {
  const wanted = Math.round((shownTarget(settings) + kelvin) * 10) / 10
  const target = Math.min(TARGETS.max, Math.max(TARGETS.min, wanted))
  return Number.isFinite(target) ? { ...settings, target, preset: 'none' } : settings
}

/** A value that cannot be true changes nothing but the sensor's reputation. */
function felt(state: State, celsius: number, uptime: Millis): State {
  if (!isBelievable(state, celsius, uptime)) return { ...state, sensorFault: true }
  const overheated = state.overheated ? celsius > HARD_LIMIT - COOLED_BY : celsius >= HARD_LIMIT
  const same = state.reading?.celsius === celsius
  return {
    ...state,
    reading: { celsius, at: uptime },
    sameSince: same ? state.sameSince : uptime,
    stuck: same && state.stuck,
    sensorFault: false,
    overheated,
    frost: frostAfter(state.frost, celsius),
  }
}

function isBelievable({ reading }: State, celsius: number, uptime: Millis): boolean {
  if (!inRange(celsius, BELIEVABLE)) return false
  if (reading === undefined || uptime - reading.at > RATE_WINDOW) return true
  // Half a degree is allowed at once: that is the sensor, not the room.
  const allowed = 0.5 + (FASTEST * (uptime - reading.at)) / minutes(1)
  return Math.abs(celsius - reading.celsius) <= allowed
}

/** False for what is no number as well. */
const inRange = (value: number, { min, max }: { readonly min: number; readonly max: number }): boolean =>
  value >= min && value <= max
