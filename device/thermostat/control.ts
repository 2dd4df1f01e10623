// The thermostat: regulates a room by itself, with or without a hub, and fails towards a room that neither freezes nor overheats.
import type { HEALTH } from '#contract/kinds.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { type Instant, type Millis, type Moment, millis, minutes } from '#contract/time.ts'
import { type Command, type Control, done, type Reply, type Step } from '../control.ts'
import { change } from './commands.ts'
import { DEFAULT_CONFIG, type ThermostatConfig } from './config.ts'
import { guard, guardEndsAt } from './guard.ts'
import type { ThermostatActuators, ThermostatReading } from './hardware.ts'
import { endHold, formatHold } from './hold.ts'
import { heard } from './readings.ts'
import { advance, newRegulator } from './regulator.ts'
import {
  isAiring,
  isOld,
  nextBlindChange,
  RELAY_GRACE,
  resolve,
  STALE_AFTER,
  shownTarget,
  targetsOf,
  WINDOW_DELAY,
} from './resolve.ts'
import { follow, planAt } from './schedule.ts'
import { formatSaved, readSaved, type Settings, type ThermostatState } from './state.ts'

/** Heating this long and hearing not one step of the sensor's converter is not heating a room. */
const STUCK_AFTER = minutes(15)

/** What a person reads about a room that is not as it should be. */
const HEALTH_WORDS: Readonly<Record<(typeof HEALTH)[number], string | undefined>> = {
  ok: undefined,
  'sensor-stale': 'The sensor has fallen silent: the heating is off, or barely on where it was cold.',
  'sensor-fault': 'The sensor says what cannot be true: the heating is off, or barely on where it was cold.',
  frost: 'It was close to freezing: heating to 7 °C.',
  'heat-failure': 'Half an hour of heating has not warmed the room.',
  'relay-stuck': 'A relay is not where it was told to be, or cannot be switched: look at its wires.',
}

type State = ThermostatState

export function createThermostatControl(
  config: ThermostatConfig = DEFAULT_CONFIG,
): Control<State, ThermostatReading, ThermostatActuators> {
  return {
    kind: 'thermostat',
    begin: (saved, at) => regulate(initial(readSaved(saved), at), config, at),
    hear: (state, reading, at) => ({ state: regulate(heard(state, reading, at), config, at) }),
    obey: (state, command, at) => obey(state, command, config, at),
    tick: (state, at): Step<State> => ({ state: regulate(state, config, at) }),
    dueAt: (state) => state.due,
    actuators: ({ output }) => ({ heat: output === 'heat', cool: output === 'cool' }),
    properties,
    alerts: (state, at) => ({ health: HEALTH_WORDS[resolve(state, at, config).status] }),
    saved: ({ settings }) => formatSaved(settings),
  }
}

const initial = (settings: Settings, at: Moment): State => ({
  settings,
  ...{ reading: undefined, outside: undefined, plan: undefined },
  regulation: newRegulator(at.uptime),
  sameSince: at.uptime,
  stuck: false,
  sensorFault: false,
  humidity: undefined,
  window: { open: false, since: millis(0), airedBefore: false },
  output: 'off',
  switchedAt: at.uptime,
  due: at.uptime,
  overheated: false,
  frost: false,
  celsiusAtSwitch: undefined,
  relayClosed: undefined,
  relaysObey: true,
  relayWrongSince: undefined,
})

/** Runs the layers and the guard, and works out when to look again. */
function regulate(before: State, config: ThermostatConfig, at: Moment): State {
  const unheld = { ...before, settings: endHold(before.settings, at.wall) }
  const state = steer(noticeStuck(keepToPlan(unheld, config, at.wall)), config, at)
  const decision = resolve(state, at, config)
  const output = guard({
    demand: decision.demand,
    output: state.output,
    switchedAt: state.switchedAt,
    uptime: at.uptime,
    safety: decision.layer === 'limit' || decision.layer === 'sensor',
    rests: config.rests,
  })
  const switched = output !== state.output
  const next = switched ? { ...state, output, switchedAt: at.uptime, celsiusAtSwitch: state.reading?.celsius } : state
  const differs = next.relayClosed !== undefined && next.relayClosed !== (next.output === 'heat')
  const wrong = differs || !next.relaysObey
  const compared = { ...next, relayWrongSince: wrong ? (next.relayWrongSince ?? at.uptime) : undefined }
  return { ...compared, due: nextDue(compared, config, at) }
}

function keepToPlan(state: State, { schedule }: ThermostatConfig, wall: Instant): State {
  if (schedule === undefined) return state
  const plan = planAt(schedule, wall, state.plan)
  return { ...state, plan, settings: follow(state.settings, plan, wall) }
}

/** Lets the regulator work while it is the one that decides; what it was about to do is void once another layer had its say. */
function steer(state: State, { regulator, rests }: ThermostatConfig, at: Moment): State {
  if (regulator.type === 'hysteresis') return state
  const { reading, outside, settings, regulation } = state
  const target = targetsOf(settings).heat
  const { uptime } = at
  if (reading === undefined || target === undefined || resolve(state, at, { regulator }).layer !== 'target') {
    return { ...state, regulation: { ...regulation, cycle: undefined, integratedAt: uptime } }
  }
  const outsideCelsius = outside === undefined || isOld(outside, uptime) ? undefined : outside.celsius
  const room = { target, celsius: reading.celsius, outsideCelsius }
  return { ...state, regulation: advance(regulation, { regulator, room, rests }, uptime) }
}

/** A room that is heated warms, and one that is heated in vain cools: a sensor that says neither does not feel it. */
function noticeStuck(state: State): State {
  const since = Math.max(state.sameSince, state.switchedAt)
  // Heard, that is: one that fell silent says nothing either way.
  const heardAt = state.reading?.at ?? since
  return state.output === 'heat' && heardAt - since >= STUCK_AFTER ? { ...state, stuck: true } : state
}

/** Everything that can change by itself: a reading that grows old, a guard that lets go, airing, the blind rhythm, a hold. */
function nextDue(state: State, { rests }: ThermostatConfig, { uptime, wall }: Moment): Millis {
  const { reading, output, switchedAt, window, settings, plan, regulation, relayWrongSince } = state
  const { cycle } = regulation
  const soon = [
    reading === undefined ? undefined : reading.at + STALE_AFTER,
    guardEndsAt(output, switchedAt, rests),
    cycle && cycle.startedAt + cycle.onFor,
    cycle?.endsAt,
    plan && uptime + (plan.to - wall),
    window.since > 0 ? window.since + WINDOW_DELAY : undefined,
    nextBlindChange(uptime),
    relayWrongSince && relayWrongSince + RELAY_GRACE,
    settings.hold.type === 'until' ? uptime + (settings.hold.until - wall) : undefined,
  ]
  const ahead = soon.filter((time): time is number => time !== undefined && time > uptime)
  // A minute at the latest: the relay is told again what to do, so that one which missed it does not stay wrong.
  return millis(Math.min(uptime + minutes(1), ...ahead))
}

function obey(state: State, command: Command, config: ThermostatConfig, at: Moment): Reply<State> {
  const changed = change(state.settings, command, at.wall)
  if ('ok' in changed) return { state, ack: changed }
  return { state: regulate({ ...state, settings: changed }, config, at), ack: done }
}

function properties(state: State, at: Moment): Readonly<Record<PropertyPath, Value>> {
  const { settings, reading, humidity, output, window } = state
  const { status } = resolve(state, at)
  const idle = settings.mode === 'off' ? 'off' : 'idle'
  return {
    'climate/mode': settings.mode,
    'climate/target': shownTarget(settings),
    'climate/target-low': settings.targetLow,
    'climate/target-high': settings.targetHigh,
    ...(reading !== undefined && { 'climate/current': Math.round(reading.celsius * 10) / 10 }),
    ...(humidity !== undefined && { 'climate/humidity': humidity }),
    'climate/action': output === 'heat' ? 'heating' : output === 'cool' ? 'cooling' : idle,
    'climate/preset': settings.preset,
    'climate/hold': formatHold(settings.hold),
    'climate/window': window.open || isAiring(state, at.uptime),
    'health/status': status,
  }
}
