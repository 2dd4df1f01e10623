// What differs from one home's thermostat to another's, and does not change while it runs.
import { RESTS } from './guard.ts'
import { HYSTERESIS, type Regulator, type Rests } from './regulator.ts'
import type { Schedule } from './schedule.ts'

export interface ThermostatConfig {
  /** How a room is brought to its target and kept there. Cooling always goes by hysteresis. */
  readonly regulator: Regulator
  readonly schedule: Schedule | undefined
  readonly rests: Rests
}

export const DEFAULT_CONFIG: ThermostatConfig = { regulator: HYSTERESIS, schedule: undefined, rests: RESTS }
