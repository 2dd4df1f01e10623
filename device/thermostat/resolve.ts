// Which layer decides what the room shall be. The highest that has something to say wins; each names itself in `health/status`.
import type { HEALTH } from '#contract/kinds.ts'
import { type Millis, type Moment, millis, minutes, seconds } from '#contract/time.ts'
import { DEFAULT_CONFIG, type ThermostatConfig } from './config.ts'
import { HYSTERESIS, isOn, type Regulator } from './regulator.ts'
import type { Preset, Settings, ThermostatState } from './state.ts'

/** What the heating or cooling shall do, before the actuator guard. `keep` leaves it as it is: inside the hysteresis. */
export type Demand = 'heat' | 'cool' | 'off' | 'keep'

export interface Decision {
  readonly demand: Demand
  readonly status: (typeof HEALTH)[number]
  readonly layer: 'limit' | 'sensor' | 'frost' | 'window' | 'target'
}

/** A room hotter than this means that something is broken: everything off. */
export const HARD_LIMIT = 35
/** A reading older than this says nothing about the room. */
export const STALE_AFTER = minutes(15)
/** Frost protection begins at the first and ends at the second. */
const FROST_AT = 5
const FROST_UNTIL = 7
/** Airing a room shorter or longer than this begins or ends the pause of the heating. */
export const WINDOW_DELAY = seconds(60)

/** A relay takes milliseconds; this is for the reading to come back. */
export const RELAY_GRACE = seconds(10)
/** Heating this long without two tenths of a degree is heating in vain. */
const IN_VAIN_AFTER = minutes(30)

/**
 * Without a sensor a frozen pipe is worse than a warm room: where it was last seen cold, one tenth of the time is heated blindly.
 */
const BLIND_BELOW = 12
/** … or where it was freezing outside. */
const BLIND_BELOW_OUTSIDE = 3
const BLIND_PERIOD = minutes(30)
const BLIND_ON = minutes(3)

const PRESET_TARGETS: Readonly<Record<Exclude<Preset, 'none'>, number>> = {
  away: 16,
  eco: 18,
  comfort: 21,
  sleep: 17.5,
  boost: 23,
}
/** How much wider `heat_cool` lets the room swing while nobody is home. */
const AWAY_BAND = 3

/** The temperature to heat to and to cool to; undefined where the mode has none. */
export function targetsOf({ mode, target, targetLow, targetHigh, preset }: Settings): Targets {
  const wanted = preset === 'none' ? target : PRESET_TARGETS[preset]
  const widen = preset === 'away' ? AWAY_BAND : 0
  switch (mode) {
    case 'off':
      return {}
    case 'heat':
      return { heat: wanted }
    case 'cool':
      return { cool: preset === 'away' ? Math.max(target, 28) : target }
    case 'heat_cool':
      return { heat: targetLow - widen, cool: targetHigh + widen }
  }
}

/** The temperature that `climate/target` shows: what a person reads on the wall. */
export const shownTarget = ({ preset, target }: Settings): number =>
  preset === 'none' ? target : PRESET_TARGETS[preset]

/** What the thermostat demands now, and which of its layers decided: the first that has something to say, limits before wishes. */
export function resolve(
  state: ThermostatState,
  { uptime }: Moment,
  { regulator }: Pick<ThermostatConfig, 'regulator'> = DEFAULT_CONFIG,
): Decision {
  const decision = decide(state, uptime, regulator)
  // Whatever else is wrong: what cannot be switched is what makes it dangerous, and a person can end it.
  return isRelayStuck(state, uptime) ? { ...decision, status: 'relay-stuck' } : decision
}

function decide(state: ThermostatState, uptime: Millis, regulator: Regulator): Decision {
  const { reading, settings, overheated, frost, stuck } = state
  const sensorFault = state.sensorFault || stuck
  if (overheated) return { demand: 'off', status: 'sensor-fault', layer: 'limit' }
  if (reading === undefined || isOld(reading, uptime) || sensorFault) {
    const status = sensorFault ? 'sensor-fault' : 'sensor-stale'
    return { demand: blindly(state, uptime), status, layer: 'sensor' }
  }
  const { celsius } = reading
  if (frost) return { demand: 'heat', status: 'frost', layer: 'frost' }
  const status = healthOf(state, celsius, uptime)
  if (isAiring(state, uptime)) return { demand: 'off', status, layer: 'window' }
  return { demand: towards(targetsOf(settings), celsius, state, regulator, uptime), status, layer: 'target' }
}

export const isOld = ({ at }: { readonly at: Millis }, uptime: Millis): boolean => uptime - at >= STALE_AFTER

const isRelayStuck = ({ relayWrongSince }: ThermostatState, uptime: Millis): boolean =>
  relayWrongSince !== undefined && uptime - relayWrongSince >= RELAY_GRACE

/** Said, and acted on by a person: the room is better off with a heating that is tried than with one that is given up. */
function healthOf({ output, switchedAt, celsiusAtSwitch }: ThermostatState, celsius: number, uptime: Millis) {
  const warmedBy = celsius - (celsiusAtSwitch ?? celsius)
  const inVain = output === 'heat' && uptime - switchedAt >= IN_VAIN_AFTER && warmedBy < 0.2
  return inVain ? 'heat-failure' : 'ok'
}

/** Whether frost protection heats, given whether it did. It holds in `off` and `away` as well; that is what it is for. */
export function frostAfter(frost: boolean, celsius: number): boolean {
  return frost ? celsius < FROST_UNTIL : celsius <= FROST_AT
}

/** Airing begins and ends a minute late, so that somebody passing through a door switches nothing. */
export function isAiring({ window }: ThermostatState, uptime: Millis): boolean {
  return uptime - window.since >= WINDOW_DELAY ? window.open : window.airedBefore
}

interface Targets {
  readonly heat?: number
  readonly cool?: number
}

function towards(
  targets: Targets,
  celsius: number,
  state: ThermostatState,
  regulator: Regulator,
  uptime: Millis,
): Demand {
  const { output, regulation } = state
  if (regulator.type === 'hysteresis') return between(targets, celsius, output, regulator.kelvin)
  const { heat, ...cooling } = targets
  if (heat !== undefined && regulation.cycle !== undefined && isOn(regulation.cycle, uptime)) return 'heat'
  // Its cycle is over, and whatever cools goes by hysteresis.
  return output === 'heat' ? 'off' : between(cooling, celsius, output, HYSTERESIS.kelvin)
}

function between({ heat, cool }: Targets, celsius: number, output: ThermostatState['output'], kelvin: number): Demand {
  if (heat !== undefined && celsius <= heat - kelvin) return 'heat'
  if (cool !== undefined && celsius >= cool + kelvin) return 'cool'
  if (output === 'heat' && (heat === undefined || celsius >= heat + kelvin)) return 'off'
  if (output === 'cool' && (cool === undefined || celsius <= cool - kelvin)) return 'off'
  return 'keep'
}

/** Off stays off, except where it was freezing when the sensor fell silent; cooling is never done blindly. */
function blindly({ reading, outside, settings, frost }: ThermostatState, uptime: Millis): Demand {
  const mayHeat = settings.mode === 'heat' || settings.mode === 'heat_cool' || frost
  const wasCold = reading !== undefined && reading.celsius < BLIND_BELOW
  const isFreezing = outside !== undefined && outside.celsius < BLIND_BELOW_OUTSIDE && !isOld(outside, uptime)
  if (!mayHeat || !(wasCold || isFreezing)) return 'off'
  return uptime % BLIND_PERIOD < BLIND_ON ? 'heat' : 'off'
}

/** When the blind rhythm changes next. */
export const nextBlindChange = (uptime: Millis): Millis => {
  const phase = uptime % BLIND_PERIOD
  return millis(uptime - phase + (phase < BLIND_ON ? BLIND_ON : BLIND_PERIOD))
}
