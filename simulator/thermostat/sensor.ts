// A temperature sensor as they come: slow, a little noisy, in steps, and some day wrong.
import { type Millis, millis } from '#contract/time.ts'
import { normal, type Random } from '../random.ts'

export interface SensorParameters {
  /** Time constant of its case, s. */
  readonly lagSeconds: number
  /** Standard deviation of one reading, K. */
  readonly noiseKelvin: number
  /** Step of its converter, K. */
  readonly quantumKelvin: number
}

/** A DS18B20 at 11 bits, in free air. */
export const BARE_SENSOR: SensorParameters = { lagSeconds: 0, noiseKelvin: 0, quantumKelvin: 0.125 }
/** The same at 12 bits in the case of a wall thermostat. */
export const WALL_SENSOR: SensorParameters = { lagSeconds: 120, noiseKelvin: 0.02, quantumKelvin: 0.0625 }

export type SensorFault =
  /** Says this from now on, whatever is true; `NaN`, 85 and −127 are what broken ones say. */
  | { readonly type: 'says'; readonly celsius: number }
  /** Says again and again what it said last. */
  | { readonly type: 'stuck' }
  | { readonly type: 'silent' }
  /** Strays from the truth by so much an hour, from now on. */
  | { readonly type: 'drifting'; readonly kelvinPerHour: number }

export interface SensorState {
  /** What its case has come to; undefined before the first reading. */
  readonly caseCelsius: number | undefined
  readonly readAt: Millis
  /** Its last word; undefined before it has spoken. */
  readonly said: number | undefined
}

export const newSensor: SensorState = { caseCelsius: undefined, readAt: millis(0), said: undefined }

/** One reading at `uptime`; `celsius` undefined where the sensor is silent. `since` is when the fault began. */
export function readSensor(
  sensor: SensorState,
  options: {
    readonly airCelsius: number
    readonly uptime: Millis
    readonly parameters: SensorParameters
    readonly random: Random
    readonly fault?: SensorFault | undefined
    readonly since?: Millis
  },
): { readonly sensor: SensorState; readonly celsius: number | undefined } {
  const { airCelsius, uptime, parameters, random, fault, since = uptime } = options
  const { lagSeconds, noiseKelvin, quantumKelvin } = parameters
  const before = sensor.caseCelsius ?? airCelsius
  // First order, exact for any step.
  const caught = lagSeconds > 0 ? 1 - Math.exp(-(uptime - sensor.readAt) / 1000 / lagSeconds) : 1
  const caseCelsius = before + (airCelsius - before) * caught
  // Drawn also where nothing is said, so that a fault moves nothing that comes after it.
  const noise = noiseKelvin > 0 ? noiseKelvin * normal(random) : 0
  const drift = fault?.type === 'drifting' ? (fault.kelvinPerHour * (uptime - since)) / 3_600_000 : 0
  const honest = Math.round((caseCelsius + noise + drift) / quantumKelvin) * quantumKelvin
  const celsius = spoken(fault, honest, sensor.said)
  return { sensor: { caseCelsius, readAt: uptime, said: celsius ?? sensor.said }, celsius }
}

function spoken(fault: SensorFault | undefined, honest: number, last: number | undefined): number | undefined {
  switch (fault?.type) {
    case 'says':
      return fault.celsius
    case 'stuck':
      // One that sticks before it ever spoke sticks at its first word.
      return last ?? honest
    case 'silent':
      return undefined
    default:
      return honest
  }
}
