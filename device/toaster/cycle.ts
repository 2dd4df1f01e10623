// A cycle from start to pop, and what ends it early.
import type { JsonObject } from '#contract/property.ts'
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'
import type { Announcement, Step } from '../control.ts'
import { cycleLength, LONGEST_CYCLE } from './programs.ts'
import type { Cycle, Fault, ToasterState } from './state.ts'

type State = ToasterState
type Heating = Extract<Cycle, { phase: 'heating' }>

const PAUSE_LASTS = seconds(30)
const POP_TAKES = seconds(2)
const DONE_LASTS = seconds(10)
const KEEP_WARM_LASTS = minutes(5)
/** Above this the case could burn a hand or a curtain, °C. */
const CASE_LIMIT = 90
/** The second limit is a fifth longer than the first, and never so near that a step a little late is taken for a failure. */
const CUT_OFF_MARGIN = 0.2
const CUT_OFF_AT_LEAST = seconds(1)
/** A relay takes milliseconds; this is for the reading to come back. */
export const RELAY_GRACE = seconds(1)

export function popped(state: State, because: 'done' | 'cancelled', uptime: Millis): Step<State> {
  if (because === 'cancelled') return { state: { ...state, cycle: { phase: 'idle' } } }
  return {
    state: { ...state, cycle: { phase: 'done', until: millis(uptime + DONE_LASTS) } },
    announce: [announce('done', { browning: state.browning })],
  }
}

export const canStart = ({ cycle }: State): boolean => cycle.phase === 'idle' || cycle.phase === 'done'

export function started(state: State, uptime: Millis, from: 'local' | 'remote'): Step<State> {
  const { program, browning } = state
  return {
    // One allowance, one cycle.
    state: { ...state, remoteUntil: undefined, cycle: heatingFor(cycleLength(program, browning), uptime, uptime) },
    announce: [announce('started', { program, browning, from })],
  }
}

export function heatingFor(length: Millis, uptime: Millis, begunAt: Millis): Cycle {
  // What is left may be nothing, after a pause that outlasted the longest cycle: then it ends at once, and that is no fault.
  const endsAt = millis(Math.max(uptime, Math.min(uptime + length, begunAt + LONGEST_CYCLE)))
  const margin = Math.max((endsAt - uptime) * CUT_OFF_MARGIN, CUT_OFF_AT_LEAST)
  return { phase: 'heating', startedAt: uptime, endsAt, cutOffAt: millis(endsAt + margin), begunAt }
}

export function cancelled(state: State, uptime: Millis): Step<State> {
  const { phase } = state.cycle
  if (phase !== 'heating' && phase !== 'paused' && phase !== 'keep_warm') return { state }
  const announcements = [announce('cancelled', {})]
  if (state.carriage === 'up') return { state: { ...state, cycle: { phase: 'idle' } }, announce: announcements }
  return { state: pop(state, uptime, 'cancelled'), announce: announcements }
}

const pop = (state: State, uptime: Millis, because: 'done' | 'cancelled'): State => ({
  ...state,
  cycle: { phase: 'popping', until: millis(uptime + POP_TAKES), because },
})

/** Lifted for a look. What remains of the heating waits for the carriage to come down again. */
export const pausedAt = ({ endsAt, begunAt }: Heating, uptime: Millis): Cycle => ({
  phase: 'paused',
  left: millis(Math.max(0, endsAt - uptime)),
  until: millis(uptime + PAUSE_LASTS),
  begunAt,
})

export const isRemoteAllowed = ({ remoteUntil }: State, uptime: Millis): boolean =>
  remoteUntil !== undefined && uptime < remoteUntil

export function faultOf({ cycle, caseCelsius, relayWrongSince }: State, uptime: Millis): Fault | undefined {
  if (caseCelsius !== undefined && !(caseCelsius <= CASE_LIMIT)) return 'overheat'
  if (relayWrongSince !== undefined && uptime - relayWrongSince >= RELAY_GRACE) return 'relay'
  if (cycle.phase === 'heating' && uptime >= cycle.cutOffAt) return 'watchdog'
  if (cycle.phase === 'popping' && uptime >= cycle.until) return 'jam'
  return undefined
}

export function passed(state: State, uptime: Millis): Step<State> {
  const { cycle, remoteUntil } = state
  const still = remoteUntil !== undefined && uptime >= remoteUntil ? { ...state, remoteUntil: undefined } : state
  switch (cycle.phase) {
    case 'heating':
      return uptime < cycle.endsAt ? { state: still } : finished(still, uptime)
    case 'paused':
      return uptime < cycle.until
        ? { state: still }
        : { state: { ...still, cycle: { phase: 'idle' } }, announce: [announce('cancelled', {})] }
    case 'done':
      return uptime < cycle.until ? { state: still } : { state: { ...still, cycle: { phase: 'idle' } } }
    case 'keep_warm':
      return uptime < cycle.until ? { state: still } : { state: pop(still, uptime, 'done') }
    default:
      return { state: still }
  }
}

/** Reheating ends warm and waits in the slots for a while; toast comes up. */
function finished(state: State, uptime: Millis): Step<State> {
  if (state.program !== 'reheat') return { state: pop(state, uptime, 'done') }
  return {
    state: { ...state, cycle: { phase: 'keep_warm', until: millis(uptime + KEEP_WARM_LASTS) } },
  }
}

export const announce = (eventType: string, facts: JsonObject): Announcement => ({
  path: 'cycle/event',
  value: { event_type: eventType, ...facts },
})
