// The keypad at the door: keys become a command as a phone would send it, with the same codes, lock-out and log. Pure.
import { type Millis, seconds } from '#contract/time.ts'
import type { Command } from '../control.ts'

/** A four-by-four keypad: digits, `#` to disarm, `*` to clear, and A to D for the modes and for help. */
export const KEYPAD_KEYS = [...'0123456789', '#', '*', 'A', 'B', 'C', 'D'] as const

export interface KeypadState {
  readonly typed: string
  readonly typedAt: Millis
}

export const emptyKeypad: KeypadState = { typed: '', typedAt: 0 as Millis }

/** What was typed by somebody who went away is nobody's beginning of a code. */
const FORGOTTEN_AFTER = seconds(10)
const LONGEST_CODE = 8

const ACTIONS: Readonly<Record<string, string>> = {
  '#': 'DISARM',
  A: 'ARM_AWAY',
  B: 'ARM_HOME',
  C: 'ARM_NIGHT',
  // Help: nobody who needs it has time for a code.
  D: 'TRIGGER',
}

export interface Pressed {
  readonly state: KeypadState
  readonly command?: Command
}

/** One key. A key that is none changes nothing. */
export function press({ typed, typedAt }: KeypadState, key: string, uptime: Millis): Pressed {
  const kept = uptime - typedAt > FORGOTTEN_AFTER ? '' : typed
  if (/^\d$/.test(key)) {
    // The last ones count: whoever mistyped begins again without a thought.
    return { state: { typed: (kept + key).slice(-LONGEST_CODE), typedAt: uptime } }
  }
  const action = ACTIONS[key]
  if (action === undefined) return { state: key === '*' ? emptyKeypad : { typed: kept, typedAt } }
  const value = kept === '' ? { action } : { action, code: kept }
  return { state: emptyKeypad, command: { path: 'panel/command', value } }
}
