// What a run adds up to: how cold it was for those who live there, how often the heating went on, and what it used.
import type { Millis } from '#contract/time.ts'

export interface Measures {
  /** K·h that the air was half a kelvin or more below the target while the thermostat was to heat. */
  readonly comfort: number
  /** How often the heating went on. */
  readonly cycles: number
  /** kWh. */
  readonly energy: number
}

export interface Meter extends Measures {
  /** Looks at how things are; what they were counts up to now. */
  look(seen: MeterView, uptime: Millis): void
}

export interface MeterView {
  readonly heating: boolean
  readonly heaterWatts: number
  readonly airCelsius: number
  /** What it is to heat to; undefined while it is to heat to nothing. */
  readonly targetCelsius: number | undefined
}

const TOLERATED_KELVIN = 0.5

export function createMeter(): Meter {
  let sums = { comfort: 0, cycles: 0, energy: 0 }
  let before: { readonly seen: MeterView; readonly uptime: Millis } | undefined
  return {
    get comfort() {
      return sums.comfort
    },
    get cycles() {
      return sums.cycles
    },
    get energy() {
      return sums.energy
    },
    look(seen, uptime) {
      if (before !== undefined) {
        const hours = (uptime - before.uptime) / 3_600_000
        const { heating, heaterWatts, airCelsius, targetCelsius } = before.seen
        const short = targetCelsius === undefined ? 0 : targetCelsius - airCelsius
        sums = {
          comfort: sums.comfort + (short > TOLERATED_KELVIN ? short * hours : 0),
          cycles: sums.cycles + (seen.heating && !heating ? 1 : 0),
          energy: sums.energy + (heating ? (heaterWatts * hours) / 1000 : 0),
        }
      }
      before = { seen, uptime }
    },
  }
}
