// How a phone is told no: by the broker, by the device, or by silence.
import type { Outcome } from '../home/handles.ts'

export const REFUSALS = [
  /** The broker: these scopes do not allow it. */
  'not_allowed',
  /** No hub, or none that lets anybody in. */
  'unreachable',
  /** It went out, and nobody acknowledged it. */
  'unanswered',
  'not_now',
  'open_zones',
  'no_code_set',
  'code_refused',
  'out_of_range',
  'invalid',
  'not_saved',
] as const

/** Nobody said no to these. */
const NOT_HEARD: readonly string[] = ['unreachable', 'unanswered']

/** What a step may expect of its phone. */
export type Answer = 'accepted' | 'refused' | (typeof REFUSALS)[number]

/** `refused` is any no; a code is that one alone. */
export function isAnswer(outcome: Outcome, expected: Answer): boolean {
  if (expected === 'accepted') return outcome.ok
  return !outcome.ok && (expected === 'refused' ? !NOT_HEARD.includes(outcome.code) : outcome.code === expected)
}

export const formatOutcome = (outcome: Outcome): string =>
  outcome.ok ? 'accepted' : `${outcome.code} (${outcome.message})`
