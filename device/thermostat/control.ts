// The thermostat: regulates a room by itself, with or without a hub, and fails towards a room that neither freezes nor overheats.
import * as v from 'valibot'
import { formatInstant, parseInstant } from '#contract/clock.ts'
import { type HEALTH, TARGETS } from '#contract/kinds.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { type Instant, type Millis, type Moment, millis, minutes } from '#contract/time.ts'
import { type Ack, type Command, type Control, done, type Reply, refuse, type Step } from '../control.ts'
import { DEFAULT_CONFIG, type ThermostatConfig } from './config.ts'
import { guard, guardEndsAt } from './guard.ts'
import type { ThermostatActuators, ThermostatReading } from './hardware.ts'
import { advance, newRegulator } from './regulator.ts'
import {
  frostAfter,
  HARD_LIMIT,
  isAiring,
  isOld,
  nextBlindChange,
  resolve,
  STALE_AFTER,
  shownTarget,
  targetsOf,
  WINDOW_DELAY,
} from './resolve.ts'
import { follow, planAt } from './schedule.ts'
import {
  formatSaved,
  type Hold,
  hasBand,
  MIN_BAND,
  type Mode,
  type Preset,
  readSaved,
  type Settings,
  type ThermostatState,
} from './state.ts'

/** What a sensor can honestly say about a room. DS18B20 answers 85 after a power failure and −127 when it is gone. */
const BELIEVABLE = { min: -30, max: 60 } as const
/** And about the weather. */
const OUTSIDE = { min: -60, max: 60 } as const
/** No room changes faster, in K a minute. */
const FASTEST = 3
/** Two readings closer than this say nothing about a rate: a first reading after a gap may differ more. */
const RATE_WINDOW = minutes(5)
/** Heating this long and hearing not one step of the sensor's converter is not heating a room. */
const STUCK_AFTER = minutes(15)
/** A room that was too hot counts as cooled down this far below the limit. */
const COOLED_BY = 3

/** What a person reads about a room that is not as it should be. */
const HEALTH_WORDS: Readonly<Record<(typeof HEALTH)[number], string | undefined>> = {
  ok: undefined,
  'sensor-stale': 'The sensor has fallen silent: the heating is off, or barely on where it was cold.',
  'sensor-fault': 'The sensor says what cannot be true: the heating is off, or barely on where it was cold.',
  frost: 'It was close to freezing: heating to 7 °C.',
  'heat-failure': 'Half an hour of heating has not warmed the room.',
  'relay-stuck': 'The relay of the heating is not where it was told to be.',
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
  relayWrongSince: undefined,
})

function heard(state: State, reading: ThermostatReading, { uptime }: Moment): State {
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

/** Runs the layers and the guard, and works out when to look again. */
function regulate(before: State, config: ThermostatConfig, at: Moment): State {
  const state = steer(noticeStuck(keepToPlan(endHold(before, at.wall), config, at.wall)), config, at)
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
  const wrong = next.relayClosed !== undefined && next.relayClosed !== (next.output === 'heat')
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

function endHold(state: State, wall: Instant): State {
  const { hold } = state.settings
  if (hold.type !== 'until' || wall < hold.until) return state
  const released = { hold: { type: 'none' }, preset: hold.resume, scheduledSince: undefined } as const
  return { ...state, settings: { ...state.settings, ...released } }
}

/** Everything that can change by itself: a reading that grows old, a guard that lets go, airing, the blind rhythm, a hold. */
function nextDue(state: State, { rests }: ThermostatConfig, { uptime, wall }: Moment): Millis {
  const { reading, output, switchedAt, window, settings, plan, regulation } = state
  const { cycle } = regulation
  const soon = [
    reading === undefined ? undefined : reading.at + STALE_AFTER,
    guardEndsAt(output, switchedAt, rests),
    cycle && cycle.startedAt + cycle.onFor,
    cycle?.endsAt,
    plan && uptime + (plan.to - wall),
    window.since > 0 ? window.since + WINDOW_DELAY : undefined,
    nextBlindChange(uptime),
    settings.hold.type === 'until' ? uptime + (settings.hold.until - wall) : undefined,
  ]
  const ahead = soon.filter((time): time is number => time !== undefined && time > uptime)
  // A minute at the latest: the relay is told again what to do, so that one which missed it does not stay wrong.
  return millis(Math.min(uptime + minutes(1), ...ahead))
}

function obey(state: State, { path, value }: Command, config: ThermostatConfig, at: Moment): Reply<State> {
  const changed = change(state.settings, path, value, at)
  if ('ok' in changed) return { state, ack: changed }
  return { state: regulate({ ...state, settings: changed }, config, at), ack: done }
}

/** The settings after a command, or why it is refused. Values have their datatype and range already. */
function change(settings: Settings, path: PropertyPath, value: Value, { wall }: Moment): Settings | Ack {
  const { targetLow, targetHigh } = settings
  switch (path) {
    case 'climate/mode':
      return { ...settings, mode: value as Mode }
    case 'climate/preset':
      return { ...settings, preset: value as Preset, hold: { type: 'none' } }
    case 'climate/target':
      // Somebody turned the knob: what it shows now is what they want, until they choose a preset again.
      return { ...settings, target: Number(value), preset: 'none' }
    case 'climate/target-low':
      if (!hasBand(Number(value), targetHigh)) return tooClose
      return { ...settings, targetLow: Number(value) }
    case 'climate/target-high':
      if (!hasBand(targetLow, Number(value))) return tooClose
      return { ...settings, targetHigh: Number(value) }
    case 'climate/hold':
      return withHold(settings, value, wall)
    default:
      return refuse('unknown_property', `${path} is not a property of this thermostat`)
  }
}

const tooClose = refuse('out_of_range', `target-low must stay ${MIN_BAND} K below target-high`)

const wantedHold = v.object({
  until: v.optional(v.string()),
  indefinite: v.optional(v.boolean()),
  id: v.optional(v.string()),
})

function withHold(settings: Settings, value: Value, wall: Instant): Settings | Ack {
  const read = v.safeParse(wantedHold, value)
  if (!read.success) return refuse('invalid', 'hold must be {}, {"indefinite":true} or {"until":"<RFC 3339>"}')
  const { until, indefinite } = read.output
  // Whoever lets go of a hold wants the schedule back, and now.
  const released = { ...settings, hold: { type: 'none' }, scheduledSince: undefined } as const
  if (until === undefined) return indefinite === true ? { ...settings, hold: { type: 'indefinite' } } : released
  const end = parseInstant(until)
  if (end === undefined) return refuse('invalid', 'until must be a time as RFC 3339 writes it')
  if (end <= wall) return refuse('out_of_range', 'until must lie in the future')
  // A hold that is made longer brings back what the first one would have.
  const resume = settings.hold.type === 'until' ? settings.hold.resume : settings.preset
  return { ...settings, hold: { type: 'until', until: end, resume } }
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

function formatHold(hold: Hold): Value {
  if (hold.type === 'until') return { until: formatInstant(hold.until) }
  return hold.type === 'indefinite' ? { indefinite: true } : {}
}
