// What a scenario can look at: each thing by its name, with the values it can have. What can be touched is as it really is; what only the
// device knows is what everybody sees over MQTT. `security.state` is as it is inside, `security.shown` what everybody sees of it.

import type { Kind } from '#contract/ids.ts'
import { CYCLE_STATES, HEALTH, MODES, PANEL_STATES, PRESETS } from '#contract/kinds.ts'
import { DEFAULT_CONFIG } from '../../device/security/config.ts'
import type { Home } from '../home.ts'

export type Seen = number | boolean | string | undefined

export type Values =
  /** `flows`: it is hardly ever exactly anything. */
  | { readonly type: 'number'; readonly unit: string; readonly flows?: true }
  | { readonly type: 'boolean' }
  | { readonly type: 'enum'; readonly values: readonly string[] }

export interface Path {
  readonly values: Values
  /** The device that must be in the home for it to mean anything. */
  readonly needs?: Kind
  readonly look: (home: Home) => Seen
}

const number = (unit: string) => ({ type: 'number', unit }) as const
const flowing = (unit: string) => ({ type: 'number', unit, flows: true }) as const
const boolean = { type: 'boolean' } as const
const oneOf = (values: readonly string[]) => ({ type: 'enum', values }) as const

const PHASES = ['starting', 'unpaired', 'pairing', 'online', 'offline']
const PRESENCES = ['init', 'ready', 'disconnected', 'sleeping', 'lost', 'absent']

const deviceOf = (kind: Kind): Readonly<Record<string, Path>> => ({
  [`${kind}.status`]: { values: oneOf(PHASES), needs: kind, look: (home) => home[kind].status.phase },
  [`${kind}.presence`]: {
    values: oneOf(PRESENCES),
    needs: kind,
    look: (home) => home[kind].presence.value ?? 'absent',
  },
  [`${kind}.power`]: { values: boolean, needs: kind, look: (home) => home[kind].power.on },
})

const thermostat = (values: Values, look: (home: Home) => Seen): Path => ({ values, needs: 'thermostat', look })
const toaster = (values: Values, look: (home: Home) => Seen): Path => ({ values, needs: 'toaster', look })
const security = (values: Values, look: (home: Home) => Seen): Path => ({ values, needs: 'security', look })

/** Whether each door, window and detector really is open, or sees somebody. */
const zones = Object.fromEntries(
  DEFAULT_CONFIG.zones.map(({ id }) => [
    `security.${id}`,
    security(boolean, (home) => home.security.hardware.zones.get(id)),
  ]),
)

export const PATHS: Readonly<Record<string, Path>> = {
  ...deviceOf('thermostat'),
  ...deviceOf('toaster'),
  ...deviceOf('security'),
  'thermostat.air': thermostat(flowing('°C'), (home) => home.thermostat.hardware.place.airCelsius),
  'thermostat.heating': thermostat(boolean, (home) => home.thermostat.hardware.heating),
  'thermostat.cooling': thermostat(boolean, (home) => home.thermostat.hardware.cooling),
  'thermostat.target': thermostat(number('°C'), (home) => home.thermostat.target.value),
  'thermostat.current': thermostat(number('°C'), (home) => home.thermostat.current.value),
  'thermostat.mode': thermostat(oneOf(MODES), (home) => home.thermostat.mode.value),
  'thermostat.preset': thermostat(oneOf(PRESETS), (home) => home.thermostat.preset.value),
  'thermostat.action': thermostat(oneOf(['off', 'idle', 'heating', 'cooling']), (home) => home.thermostat.action.value),
  'thermostat.window': thermostat(boolean, (home) => home.thermostat.window.value),
  'thermostat.health': thermostat(oneOf(HEALTH), (home) => home.thermostat.health.value),
  'toaster.heating': toaster(boolean, (home) => home.toaster.hardware.heating),
  'toaster.carriage': toaster(oneOf(['up', 'down']), (home) => home.toaster.hardware.carriage),
  'toaster.case': toaster(flowing('°C'), (home) => home.toaster.hardware.caseCelsius),
  'toaster.cycle': toaster(oneOf(CYCLE_STATES), (home) => home.toaster.cycle.value),
  'toaster.remote-start': toaster(boolean, (home) => home.toaster.remoteStart.value),
  /** What has become of the bread: 1 to 7 as the dial counts; unknown while there is none. */
  'toaster.shade': toaster(number('of 7'), (home) => home.toaster.hardware.bread?.shade),
  'toaster.burnt': toaster(boolean, (home) => home.toaster.hardware.bread?.burnt ?? false),
  ...zones,
  'security.siren': security(boolean, (home) => home.security.hardware.siren),
  'security.buzzer': security(oneOf(['off', 'exit', 'entry']), (home) => home.security.hardware.buzzer),
  'security.state': security(oneOf(PANEL_STATES), (home) => home.security.state),
  'security.shown': security(oneOf(PANEL_STATES), (home) => home.security.shown.value),
  'hub.up': { values: boolean, look: (home) => home.hubIsUp },
  outdoors: { values: number('°C'), look: (home) => home.outdoorCelsius },
}
