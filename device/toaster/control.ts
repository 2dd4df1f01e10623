// The toaster. The heater is on only while the carriage is down, a cycle's time is running and nothing is wrong; a start from afar needs
// somebody who stood at the toaster within ten minutes.
import { SHADES } from '#contract/kinds.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { type Millis, type Moment, millis, minutes, seconds } from '#contract/time.ts'
import { type Command, type Control, done, type Reply, refuse, type Step } from '../control.ts'
import {
  announce,
  cancelled,
  canStart,
  faultOf,
  heatingFor,
  isRemoteAllowed,
  passed,
  pausedAt,
  popped,
  RELAY_GRACE,
  started,
} from './cycle.ts'
import type { ToasterActuators, ToasterReading } from './hardware.ts'
import type { Program } from './programs.ts'
import { type Cycle, type Fault, initialState, type ToasterState } from './state.ts'

const REMOTE_LASTS = minutes(10)
/** What "a bit more" adds. */
const MORE = seconds(30)
/** A fault is reset only below this, °C. */
const COOLED_DOWN = 50

const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  jam: 'The bread is stuck: pull the plug, take it out, then reset it at the toaster.',
  overheat: 'It got too hot: let it cool down, then reset it at the toaster.',
  relay: 'The heater is not what it was told to be: pull the plug.',
  watchdog: 'A cycle did not end in time: reset it at the toaster.',
}

type State = ToasterState

export function createToasterControl(): Control<State, ToasterReading, ToasterActuators> {
  return {
    kind: 'toaster',
    begin: (saved) => initialState(saved),
    hear: (state, reading, at) => settle(heard(state, reading, at), at),
    obey: (state, command, at) => {
      const { ack, ...step } = obeyed(state, command, at)
      return { ...settle(step, at), ack }
    },
    tick: (state, at) => settle({ state }, at),
    dueAt: ({ due }) => due,
    actuators,
    properties,
    alerts: ({ cycle }) => ({ fault: cycle.phase === 'fault' ? FAULT_WORDS[cycle.fault] : undefined }),
    saved: ({ program, browning }) => ({ program, browning }),
  }
}

function heard(state: State, reading: ToasterReading, at: Moment): Step<State> {
  switch (reading.type) {
    case 'carriage':
      if (reading.position === state.carriage) return { state }
      return moved({ ...state, carriage: reading.position }, reading.position, at)
    case 'relay':
      return { state: { ...state, relayClosed: reading.closed } }
    case 'heater':
      return { state: { ...state, heaterStuck: reading.stuck } }
    case 'case':
      return { state: { ...state, caseCelsius: reading.celsius } }
    case 'knob':
      return { state: { ...state, browning: shadeOf(reading.browning) ?? state.browning } }
    case 'key':
      return pressed(state, reading.key, at)
  }
}

/** A worn knob may say anything. */
const shadeOf = (position: number): number | undefined =>
  Number.isFinite(position) ? Math.round(Math.min(SHADES.max, Math.max(SHADES.min, position))) : undefined

/** The carriage moved, by hand, by the spring, or because the magnet let go. */
function moved(state: State, position: 'up' | 'down', { uptime }: Moment): Step<State> {
  const { cycle } = state
  if (position === 'up') {
    // A lift ends what was allowed from afar: there may be other bread in it next.
    const lifted = { ...state, remoteUntil: undefined }
    switch (cycle.phase) {
      case 'heating':
        return { state: { ...lifted, cycle: pausedAt(cycle, uptime) } }
      case 'popping':
        return popped(lifted, cycle.because, uptime)
      case 'keep_warm':
        return { state: { ...lifted, cycle: { phase: 'idle' } } }
      default:
        return { state: lifted }
    }
  }
  if (cycle.phase !== 'paused') return { state }
  return { state: { ...state, cycle: heatingFor(cycle.left, uptime, cycle.begunAt) } }
}

function pressed(state: State, key: Extract<ToasterReading, { type: 'key' }>['key'], at: Moment): Step<State> {
  switch (key) {
    case 'remote-start':
      if (state.carriage !== 'down' || state.cycle.phase !== 'idle') return { state }
      return { state: { ...state, remoteUntil: millis(at.uptime + REMOTE_LASTS) } }
    case 'start':
      return state.carriage === 'down' && canStart(state) ? started(state, at.uptime, 'local') : { state }
    case 'cancel':
      return cancelled(state, at.uptime)
    case 'reset':
      if (state.cycle.phase !== 'fault' || (state.caseCelsius ?? 0) >= COOLED_DOWN) return { state }
      return { state: { ...state, cycle: { phase: 'idle' }, relayWrongSince: undefined } }
  }
}

function obeyed(state: State, { path, value }: Command, { uptime }: Moment): Reply<State> {
  const { cycle } = state
  const notNow = (why: string): Reply<State> => ({ state, ack: refuse('not_now', why) })
  const ignored = { state, ack: refuse('invalid', `${path} takes "true"`) }
  switch (path) {
    case 'cycle/program':
      return { state: { ...state, program: value as Program }, ack: done }
    case 'cycle/browning':
      return { state: { ...state, browning: Number(value) }, ack: done }
    case 'cycle/start':
      if (value !== true) return ignored
      if (cycle.phase === 'fault') return notNow('a fault must be reset at the toaster first')
      if (!canStart(state)) return notNow('a cycle is running')
      if (state.carriage !== 'down') return notNow('there is no bread in it: the carriage is up')
      if (!isRemoteAllowed(state, uptime)) return notNow('somebody at the toaster must allow a start from afar first')
      return { ...started(state, uptime, 'remote'), ack: done }
    case 'cycle/cancel':
      // Asking twice to stop is no mistake.
      return value === true ? { ...cancelled(state, uptime), ack: done } : ignored
    case 'cycle/lift':
      if (value !== true) return ignored
      if (cycle.phase !== 'heating') return notNow('nothing is being toasted')
      // The magnet lets go; the carriage comes up by its spring.
      return { state: { ...state, cycle: pausedAt(cycle, uptime) }, ack: done }
    case 'cycle/more':
      if (value !== true) return ignored
      if (cycle.phase !== 'heating') return notNow('nothing is being toasted')
      return {
        state: { ...state, cycle: heatingFor(millis(cycle.endsAt - uptime + MORE), uptime, cycle.begunAt) },
        ack: done,
      }
    default:
      return { state, ack: refuse('unknown_property', `${path} is not a property of this toaster`) }
  }
}

/** What time and safety make of a state, after every step. */
function settle({ state, announce: before = [] }: Step<State>, at: Moment): Step<State> {
  const { uptime } = at
  const fault = state.cycle.phase === 'fault' ? undefined : faultOf(state, uptime)
  const { state: next, announce: after = [] } = fault === undefined ? passed(state, uptime) : broken(state, fault)
  const compared = { ...next, relayWrongSince: relayWrongSince(next, at) }
  return { state: { ...compared, due: dueAfter(compared, uptime) }, announce: [...before, ...after] }
}

/** Since when the relay is not what it is told to be; a board that cannot tell is believed. */
function relayWrongSince(state: State, at: Moment): Millis | undefined {
  const differs = state.relayClosed !== undefined && state.relayClosed !== actuators(state, at).heater
  if (!differs && !state.heaterStuck) return undefined
  return state.relayWrongSince ?? at.uptime
}

const broken = (state: State, fault: Fault): Step<State> => ({
  state: { ...state, cycle: { phase: 'fault', fault }, remoteUntil: undefined },
  announce: [announce('fault', { fault })],
})

/** While it heats, every second: somebody watches the numbers run down. */
function dueAfter({ cycle, remoteUntil, relayWrongSince }: State, uptime: Millis): Millis | undefined {
  const relayJudged = relayWrongSince === undefined ? undefined : relayWrongSince + RELAY_GRACE
  const times = [remoteUntil, relayJudged, ...cycleTimes(cycle, uptime)]
  const ahead = times.filter((time): time is number => time !== undefined && time > uptime)
  return ahead.length === 0 ? undefined : millis(Math.min(...ahead))
}

function cycleTimes(cycle: Cycle, uptime: Millis): readonly number[] {
  switch (cycle.phase) {
    case 'idle':
    case 'fault':
      return []
    case 'heating':
      return [cycle.endsAt, cycle.cutOffAt, uptime + 1000 - ((uptime - cycle.startedAt) % 1000)]
    default:
      return [cycle.until]
  }
}

function actuators({ cycle, carriage }: State, { uptime }: Moment): ToasterActuators {
  const down = carriage === 'down'
  switch (cycle.phase) {
    case 'heating':
      return { heater: down && uptime < cycle.endsAt, magnet: true }
    // Warm from the heat that is in it: a heater without a cycle's end would be a risk for a little comfort.
    case 'keep_warm':
      return { heater: false, magnet: true }
    // Bread that waits for a start from afar must stay down.
    case 'idle':
    case 'done':
      return { heater: false, magnet: down }
    default:
      return { heater: false, magnet: false }
  }
}

function properties(state: State, { uptime }: Moment): Readonly<Record<PropertyPath, Value>> {
  const { cycle, program, browning, carriage } = state
  const heating = cycle.phase === 'heating' ? cycle : undefined
  const left =
    heating === undefined ? (cycle.phase === 'paused' ? cycle.left : 0) : Math.max(0, heating.endsAt - uptime)
  const whole = heating === undefined ? 0 : heating.endsAt - heating.begunAt
  return {
    'cycle/state': shownState(cycle),
    'cycle/program': program,
    'cycle/browning': browning,
    'cycle/progress': heating === undefined ? (cycle.phase === 'done' ? 100 : 0) : Math.round(100 * (1 - left / whole)),
    'cycle/remaining': Math.ceil(left / 1000),
    'cycle/carriage': carriage,
    'cycle/remote-start': isRemoteAllowed(state, uptime),
  }
}

/** The heater is off while the carriage comes up: whoever watches is told how it ended. */
function shownState(cycle: Cycle): Exclude<Cycle['phase'], 'popping'> {
  if (cycle.phase !== 'popping') return cycle.phase
  return cycle.because === 'done' ? 'done' : 'idle'
}
