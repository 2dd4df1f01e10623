// A toaster's state. Nothing of a cycle survives a power cut: it always wakes idle, with the heater off.
import * as v from 'valibot'
import { PROGRAMS, SHADES } from '#contract/kinds.ts'
import type { Millis } from '#contract/time.ts'
import type { Program } from './programs.ts'

export type Fault = 'jam' | 'overheat' | 'relay' | 'watchdog'

/** Times are uptime. */
export type Cycle =
  | { readonly phase: 'idle' }
  /** `cutOffAt` is the second, independent limit: a fifth longer than the first. */
  | {
      readonly phase: 'heating'
      readonly startedAt: Millis
      readonly endsAt: Millis
      readonly cutOffAt: Millis
      readonly begunAt: Millis
    }
  /** Lifted for a look; `left` of the heating remains. */
  | { readonly phase: 'paused'; readonly left: Millis; readonly until: Millis; readonly begunAt: Millis }
  /** The magnet is off; the carriage should be up by `until`. */
  | { readonly phase: 'popping'; readonly until: Millis; readonly because: 'done' | 'cancelled' }
  | { readonly phase: 'done'; readonly until: Millis }
  /** Down in the warm slots with the heater off. */
  | { readonly phase: 'keep_warm'; readonly until: Millis }
  /** Latched until somebody resets it at the toaster. */
  | { readonly phase: 'fault'; readonly fault: Fault }

export interface ToasterState {
  readonly program: Program
  readonly browning: number
  readonly carriage: 'up' | 'down'
  readonly cycle: Cycle
  /** Somebody at the toaster allowed one start from afar; ends at this uptime. */
  readonly remoteUntil: Millis | undefined
  readonly caseCelsius: number | undefined
  /** What the relay says it is; undefined where the board cannot tell. */
  readonly relayClosed: boolean | undefined
  /** It may be on although it was told to be off. */
  readonly heaterStuck: boolean
  /** Since when the relay has not been what it was told to be. */
  readonly relayWrongSince: Millis | undefined
  /** The next moment at which something changes by itself. */
  readonly due: Millis | undefined
}

const saved = v.object({
  program: v.picklist(PROGRAMS),
  browning: v.pipe(v.number(), v.integer(), v.minValue(SHADES.min), v.maxValue(SHADES.max)),
})

export const initialState = (kept: unknown): ToasterState => {
  const read = v.safeParse(saved, kept)
  const { program, browning } = read.success ? read.output : ({ program: 'bread', browning: 4 } as const)
  return {
    ...{ program, browning },
    carriage: 'up',
    cycle: { phase: 'idle' },
    remoteUntil: undefined,
    caseCelsius: undefined,
    relayClosed: undefined,
    heaterStuck: false,
    relayWrongSince: undefined,
    due: undefined,
  }
}
