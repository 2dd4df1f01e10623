// A thermostat's state, what of it survives a power cut, and how it is read back.
import * as v from 'valibot'
import { MODES, PRESETS, TARGETS } from '#contract/kinds.ts'
import type { JsonObject } from '#contract/property.ts'
import { type Instant, instant, type Millis } from '#contract/time.ts'
import type { RegulatorState } from './regulator.ts'
import type { Transition } from './schedule.ts'

export type Mode = (typeof MODES)[number]
export type Preset = (typeof PRESETS)[number]

/** Keeps what was chosen by hand, until a time or for good. */
export type Hold =
  | { readonly type: 'none' }
  | { readonly type: 'indefinite' }
  /** `resume`: the preset that was in force before, and comes back at `until`. */
  | { readonly type: 'until'; readonly until: Instant; readonly resume: Preset }

/** What a person chose. All of it is saved. */
export interface Settings {
  readonly mode: Mode
  /** Degrees Celsius, all three. */
  readonly target: number
  readonly targetLow: number
  readonly targetHigh: number
  readonly preset: Preset
  readonly hold: Hold
  /** Which transition of the schedule was carried out last, by its time; undefined: none, or a person wants the next look at it. */
  readonly scheduledSince: Instant | undefined
}

/** What the schedule says, for as long as it says it: finding out needs a calendar. */
export interface Plan {
  readonly from: Instant
  readonly to: Instant
  readonly transition: Transition | undefined
}

export interface ThermostatState {
  readonly settings: Settings
  /** The last reading that was believed. */
  readonly reading: { readonly celsius: number; readonly at: Millis } | undefined
  readonly outside: { readonly celsius: number; readonly at: Millis } | undefined
  readonly regulation: RegulatorState
  readonly plan: Plan | undefined
  /** Since when the sensor has said exactly the same. */
  readonly sameSince: Millis
  /** Latched when the heating ran for long and the sensor said exactly the same all the while, until it says something else. */
  readonly stuck: boolean
  /** Whether the last value the sensor gave was nonsense. */
  readonly sensorFault: boolean
  readonly humidity: number | undefined
  /** `airedBefore`: whether the room was being aired when the window moved, at `since`. */
  readonly window: { readonly open: boolean; readonly since: Millis; readonly airedBefore: boolean }
  readonly output: 'off' | 'heat' | 'cool'
  /** When `output` last changed; at boot the boot itself, so that a relay is not chattered by power cuts. */
  readonly switchedAt: Millis
  /** The next moment at which something changes by itself. */
  readonly due: Millis
  /** Latched above the hard limit until it has cooled down. */
  readonly overheated: boolean
  /** Latched while frost protection heats, until it is warm enough. */
  readonly frost: boolean
  /** The room when `output` last changed: heating that warms nothing is a failure. */
  readonly celsiusAtSwitch: number | undefined
  /** What the heating relay says it is; undefined where the board cannot tell. */
  readonly relayClosed: boolean | undefined
  /** Whether what the relays are told arrives. */
  readonly relaysObey: boolean
  /** Since when the relay has not been where it was told to be. */
  readonly relayWrongSince: Millis | undefined
}

export const DEFAULT_SETTINGS: Settings = {
  mode: 'heat',
  target: 20,
  targetLow: 19,
  targetHigh: 25,
  preset: 'none',
  hold: { type: 'none' },
  scheduledSince: undefined,
}

/** `heat_cool` needs this much room between its two targets. */
export const MIN_BAND = 2

const celsius = v.pipe(v.number(), v.minValue(TARGETS.min), v.maxValue(TARGETS.max))
/** ECMA-262 `Date`: no time lies further than this from 1970, and none beyond can be written down. */
const LAST_INSTANT = 8.64e15
const savedInstant = v.pipe(v.number(), v.minValue(-LAST_INSTANT), v.maxValue(LAST_INSTANT), v.transform(instant))
const savedFields = v.object({
  mode: v.picklist(MODES),
  target: celsius,
  targetLow: celsius,
  targetHigh: celsius,
  preset: v.picklist(PRESETS),
  hold: v.variant('type', [
    v.object({ type: v.literal('none') }),
    v.object({ type: v.literal('indefinite') }),
    v.object({
      type: v.literal('until'),
      until: savedInstant,
      resume: v.picklist(PRESETS),
    }),
  ]),
  scheduledSince: v.optional(savedInstant),
})
const savedSettings = v.pipe(
  savedFields,
  v.check(({ targetLow, targetHigh }) => hasBand(targetLow, targetHigh)),
)

export function hasBand(targetLow: number, targetHigh: number): boolean {
  // In tenths, as they are set: 23.1 and 25.1 are two apart, whatever binary fractions say.
  return Math.round((targetHigh - targetLow) * 10) >= MIN_BAND * 10
}

/** What was saved, or the defaults where nothing or nonsense was. */
export function readSaved(saved: unknown): Settings {
  const read = v.safeParse(savedSettings, saved)
  return read.success ? { ...DEFAULT_SETTINGS, ...read.output } : DEFAULT_SETTINGS
}

export function formatSaved({ hold, scheduledSince, ...rest }: Settings): JsonObject {
  return { ...rest, hold: { ...hold }, ...(scheduledSince !== undefined && { scheduledSince }) }
}
