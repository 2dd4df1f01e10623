// The simulated board: what `--board simulated` opens, and what the simulated home is made of.
import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
// A home's time stands still while code loads: what an agent would load later is there before.
import '../device/membership.ts'
import type { Product } from '../device/run.ts'
import { DEFAULT_CONFIG, type PanelConfig } from '../device/security/config.ts'
import { createPanel } from '../device/security/product.ts'
import type { ThermostatConfig } from '../device/thermostat/config.ts'
import { createThermostatControl } from '../device/thermostat/control.ts'
import { createToasterControl } from '../device/toaster/control.ts'
import { panelConfigOf } from '../device/wiring/security.ts'
import type { ToasterBehaviour } from '../device/wiring/toaster.ts'
import type { Wiring } from '../device/wiring/wiring.ts'
import { residentCode } from './resident.ts'
import { type SimulatedPanel, simulatePanel } from './security/hardware.ts'
import { type SimulatedThermostat, simulateThermostat } from './thermostat/hardware.ts'
import { createSingleRoom } from './thermostat/place.ts'
import { type SimulatedToaster, simulateToaster } from './toaster/hardware.ts'

export interface Simulated<Hardware, State, Reading, Actuators> {
  readonly product: Product<State, Reading, Actuators>
  readonly hardware: Hardware
}

export function openThermostat(clock: Clock, config?: ThermostatConfig) {
  const hardware: SimulatedThermostat = simulateThermostat({ clock, place: createSingleRoom({ clock }) })
  return { product: { control: createThermostatControl(config), hardware }, hardware }
}

export function openToaster(clock: Clock, { leverStarts }: ToasterBehaviour = { leverStarts: false }) {
  const hardware: SimulatedToaster = simulateToaster({ clock, attended: true, leverStarts })
  return { product: { control: createToasterControl(), hardware }, hardware }
}

/** `folder` keeps the panel's hashed codes and the resident's memory of one. */
export async function openPanel(options: {
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
  readonly config?: PanelConfig
}) {
  const { folder, clock, log, config = DEFAULT_CONFIG } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const hardware: SimulatedPanel = simulatePanel({ zones: config.zones.map(({ id }) => id), clock })
  const { product, codes } = await createPanel({ folder, hardware, config, clock, log })
  return { product, hardware, code: await residentCode(folder, codes) }
}

/**
 * For the agent's command line. Of a wiring file counts how the device behaves: week, regulator, rests, zones, delays, lever. What is wired
 * where means nothing here. `note` is what the person at the terminal needs to know.
 */
export async function openBoard(options: {
  readonly kind: Kind
  readonly folder: string
  readonly wiring?: Wiring | undefined
  readonly clock: Clock
  readonly log: Logger
}) {
  const { kind, wiring, clock } = options
  switch (kind) {
    case 'thermostat':
      return openThermostat(clock, wiring?.kind === kind ? wiring.behaviour : undefined)
    case 'toaster':
      return openToaster(clock, wiring?.kind === kind ? wiring.behaviour : undefined)
    case 'security': {
      const { product, code } = await openPanel({
        ...options,
        ...(wiring?.kind === kind && { config: panelConfigOf(wiring) }),
      })
      return { product, note: `The code of this simulated panel is ${code}.` }
    }
  }
}
