// How much to heat. A regulator is a pure function from how far the room is from its target to the share of the time that the relay is
// on, in [0, 1]; slow time-proportional cycles make switching out of that share. Hysteresis needs neither.
import { type Millis, millis, minutes } from '#contract/time.ts'

export type Regulator =
  /** On below `target - kelvin`, off above `target + kelvin`. */
  | { readonly type: 'hysteresis'; readonly kelvin: number }
  /**
   * Time-proportional and anticipating the weather: share = `perKelvin`·(target − inside) + `perKelvinOutside`·(target − outside). The
   * second is left out where nothing measures the weather.
   */
  | {
      readonly type: 'tpi'
      readonly perKelvin: number
      readonly perKelvinOutside: number
      /** Five to ten minutes for electric heating, thirty to sixty where water is heated. */
      readonly cycle: Millis
    }
  /** Proportional and integral: share = `perKelvin`·(e + ∫e dt / `integralTime`), e = target − inside. */
  | {
      readonly type: 'pi'
      readonly perKelvin: number
      readonly integralTime: Millis
      readonly cycle: Millis
    }

export type Proportional = Exclude<Regulator, { type: 'hysteresis' }>

export const HYSTERESIS = { type: 'hysteresis', kelvin: 0.3 } as const satisfies Regulator
export const TPI = {
  type: 'tpi',
  perKelvin: 0.6,
  perKelvinOutside: 0.01,
  cycle: minutes(10),
} as const satisfies Regulator
export const PI = {
  type: 'pi',
  perKelvin: 0.4,
  integralTime: minutes(180),
  cycle: minutes(10),
} as const satisfies Regulator

/** One stretch of a time-proportional cycle: on, then off until it ends. */
export interface Cycle {
  readonly startedAt: Millis
  readonly onFor: Millis
  readonly endsAt: Millis
  /** What it was made for: another target begins another cycle. */
  readonly target: number
}

export interface RegulatorState {
  readonly cycle: Cycle | undefined
  /** On-time that was too short, or too long, for the relay, and is made up for in the next cycle. */
  readonly owed: Millis
  /** ∫e dt / integralTime, in K. */
  readonly integral: number
  readonly integratedAt: Millis
}

export const newRegulator = (uptime: Millis): RegulatorState => ({
  ...{ cycle: undefined, owed: millis(0), integral: 0 },
  integratedAt: uptime,
})

/** The relay's shortest times. */
export interface Rests {
  readonly minOn: Millis
  readonly minOff: Millis
}

export interface Room {
  readonly target: number
  readonly celsius: number
  readonly outsideCelsius: number | undefined
}

/** A sensor that was away for longer says nothing about the time in between. */
const LONGEST_STEP = minutes(15)

/** The regulator at `uptime`; begins the next cycle when the last has ended or the target is another. */
export function advance(
  state: RegulatorState,
  { regulator, room, rests }: { readonly regulator: Proportional; readonly room: Room; readonly rests: Rests },
  uptime: Millis,
): RegulatorState {
  const { cycle, owed } = state
  const integral = integrate(state, regulator, room, uptime)
  const next = { ...state, integral, integratedAt: uptime }
  if (cycle !== undefined && uptime < cycle.endsAt && cycle.target === room.target) return next
  const share = Math.min(1, Math.max(0, shareOf(regulator, room, integral)))
  const wanted = share * regulator.cycle + owed
  const onFor = switchable(wanted, regulator.cycle, rests)
  return {
    ...next,
    // Nothing is owed to a room that wants none, or all there is.
    owed: millis(share > 0 && share < 1 ? wanted - onFor : 0),
    cycle: { startedAt: uptime, onFor, endsAt: millis(uptime + regulator.cycle), target: room.target },
  }
}

export const isOn = ({ startedAt, onFor }: Cycle, uptime: Millis): boolean => uptime < startedAt + onFor

/** As much of it as the relay can do: nothing where it is too short to be on, all where it is too short to be off. */
function switchable(wanted: number, cycle: Millis, { minOn, minOff }: Rests): Millis {
  if (wanted < Math.min(minOn, cycle / 2)) return millis(0)
  return wanted > cycle - Math.min(minOff, cycle / 2) ? cycle : millis(Math.round(wanted))
}

/** What is asked for, not yet limited to [0, 1]. */
function shareOf(regulator: Proportional, { target, celsius, outsideCelsius }: Room, integral: number): number {
  const error = target - celsius
  if (regulator.type === 'pi') return regulator.perKelvin * (error + integral)
  const weather = outsideCelsius === undefined ? 0 : regulator.perKelvinOutside * (target - outsideCelsius)
  return regulator.perKelvin * error + weather
}

/**
 * Anti-windup by conditional integration (Åström & Hägglund, "PID Controllers", 1995, §3.5): while the heating can do no more, or no
 * less, an error in that direction is not summed up, and the room does not overshoot for as long as it was cold.
 */
function integrate(
  { integral, integratedAt }: RegulatorState,
  regulator: Proportional,
  room: Room,
  uptime: Millis,
): number {
  if (regulator.type !== 'pi') return integral
  const error = room.target - room.celsius
  const share = shareOf(regulator, room, integral)
  if ((share >= 1 && error > 0) || (share <= 0 && error < 0)) return integral
  return integral + (error * Math.min(uptime - integratedAt, LONGEST_STEP)) / regulator.integralTime
}
