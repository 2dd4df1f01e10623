// The three devices put together: simulated hardware, the product's own control on it, the rules that hold for it, and what a test gets in
// its hand.
import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Kind } from '#contract/ids.ts'
import { minutes } from '#contract/time.ts'
import { DEFAULT_CONFIG, type PanelConfig, type PanelZone } from '../../device/security/config.ts'
import { createPanel } from '../../device/security/product.ts'
import type { Armed } from '../../device/security/state.ts'
import { isWatched } from '../../device/security/watch.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import { createToasterControl } from '../../device/toaster/control.ts'
import { residentCode } from '../resident.ts'
import { SECURITY_RULES, type SecurityView } from '../safety/security.ts'
import { THERMOSTAT_RULES } from '../safety/thermostat.ts'
import { TOASTER_RULES } from '../safety/toaster.ts'
import { simulatePanel } from '../security/hardware.ts'
import { simulateThermostat } from '../thermostat/hardware.ts'
import type { Place } from '../thermostat/place.ts'
import { WALL_SENSOR } from '../thermostat/sensor.ts'
import { simulateToaster } from '../toaster/hardware.ts'
import { createDeviceSlot, type DeviceSlot, type DeviceSlotOptions } from './device-slot.ts'
import { type SecurityHandle, securityHandle, thermostatHandle, toasterHandle } from './devices.ts'
import type { Guardian } from './guardian.ts'
import type { DeviceHandle, HandleParts } from './handles.ts'
import type { HubSlot } from './hub-slot.ts'
import type { MeterView } from './measures.ts'
import { tapControl } from './tap.ts'
import type { World } from './world.ts'

export interface Installed extends AsyncDisposable {
  readonly slot: DeviceSlot
  handle(parts: HandleParts): DeviceHandle
  /** How the room is heated; a thermostat's. */
  heat?(): Omit<MeterView, 'heaterWatts'>
}

export interface InstallOptions {
  readonly world: World
  readonly hub: HubSlot
  readonly log: Logger
  readonly divert: DeviceSlotOptions<never, never>['divert']
  readonly guardian: Guardian
  /** Where the thermostat hangs. */
  readonly place: Place
}

const READ_EVERY = minutes(0.5)
/** A thermostat that has heard nothing believable for so long is blind. */
const BLIND_AFTER = minutes(15)

export async function installThermostat(options: InstallOptions): Promise<Installed> {
  const { world, guardian, place, ...parts } = options
  const clock = world.clock.ownedBy('thermostat/hardware')
  const hardware = simulateThermostat({
    ...{ clock, place, readEvery: READ_EVERY, sensor: WALL_SENSOR },
    random: world.random('thermostat/noise'),
  })
  let targetCelsius: number | undefined
  const slot = await createDeviceSlot({
    ...{ ...parts, world, kind: 'thermostat', hardware },
    open: async (_folder, plugged) => ({
      hardware: plugged,
      control: tapControl(createThermostatControl(), {
        state(shown) {
          targetCelsius = shown['climate/mode'] === 'heat' ? Number(shown['climate/target']) : undefined
        },
      }),
    }),
  })
  guardian.protect('thermostat', THERMOSTAT_RULES, () => {
    const { heating, cooling, relayWelded, said, sensorFault } = hardware
    const known = said !== undefined && clock.uptime() - said.at < BLIND_AFTER
    return {
      ...{ powered: slot.isPowered, heating, cooling, relayWelded },
      airCelsius: place.airCelsius,
      saidCelsius: known ? said.celsius : undefined,
      sensorLies: sensorFault !== undefined && sensorFault.type !== 'silent',
    }
  })
  return {
    slot,
    handle: (given) => thermostatHandle(given, hardware),
    heat: () => ({ heating: hardware.heating, airCelsius: place.airCelsius, targetCelsius }),
    [Symbol.asyncDispose]: () => slot[Symbol.asyncDispose](),
  }
}

export async function installToaster(options: InstallOptions): Promise<Installed> {
  const { world, guardian, ...parts } = options
  const hardware = simulateToaster({ clock: world.clock.ownedBy('toaster/hardware') })
  let remoteStarts = 0
  let fault = false
  const slot = await createDeviceSlot({
    ...{ ...parts, world, kind: 'toaster', hardware },
    open: async (_folder, plugged) => ({
      hardware: plugged,
      control: tapControl(createToasterControl(), {
        state(shown) {
          fault = shown['cycle/state'] === 'fault'
        },
        obeyed({ path }, { ack }) {
          if (path === 'cycle/start' && ack.ok) remoteStarts += 1
        },
      }),
    }),
  })
  guardian.protect('toaster', TOASTER_RULES, () => {
    const { heating, relayWelded, carriage, caseCelsius, allowedAt, liftedAt } = hardware
    return {
      powered: slot.isPowered,
      heating,
      relayWelded,
      carriage,
      caseCelsius,
      allowedAt,
      liftedAt,
      remoteStarts,
      fault,
    }
  })
  return {
    slot,
    handle: (given) => toasterHandle(given, hardware),
    [Symbol.asyncDispose]: () => slot[Symbol.asyncDispose](),
  }
}

export async function installPanel(options: InstallOptions & { readonly config?: PanelConfig }): Promise<Installed> {
  const { world, guardian, config = DEFAULT_CONFIG, ...parts } = options
  const { log } = options
  const hardware = simulatePanel({
    zones: config.zones.map(({ id }) => id),
    clock: world.clock.ownedBy('security/hardware'),
  })
  let code = ''
  let said: SecurityHandle['state']
  let bypassed: readonly string[] = []
  let disarms = 0
  const slot: DeviceSlot = await createDeviceSlot({
    ...{ ...parts, world, kind: 'security' as Kind, hardware },
    async open(folder, plugged, clock) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { product, codes } = await createPanel({ folder, hardware: plugged, config, clock, log })
      code = await residentCode(folder, codes, world.random('security/code'))
      const control = tapControl(product.control, {
        state(shown) {
          said = shown['panel/state'] as SecurityHandle['state']
          bypassed = shown['panel/bypassed'] as readonly string[]
        },
        obeyed({ path, value }, { ack }) {
          const { action, codeCheck } = value as { action?: string; codeCheck?: string }
          const right = codeCheck === 'valid' || codeCheck === 'duress'
          if (path === 'panel/command' && action === 'DISARM' && right && ack.ok) disarms += 1
        },
      })
      return { ...product, control }
    },
  })
  const isLookedAt = (zone: PanelZone): boolean =>
    said?.startsWith('armed_') === true &&
    !bypassed.includes(zone.id) &&
    (zone.always === true || isWatched(zone, said as Armed))
  const openZones = (): Pick<SecurityView, 'open' | 'openWatched'> => {
    const open = config.zones.filter(({ id }) => hardware.zones.get(id) === true)
    return { open: open.map(({ id }) => id), openWatched: open.filter(isLookedAt).map(({ id }) => id) }
  }
  guardian.protect('security', SECURITY_RULES, () => ({
    ...{ powered: slot.isPowered, siren: hardware.siren, said, disarms, ...openZones() },
    heard: slot.status.phase === 'online',
    ...{ entryDelay: config.entryDelay, sirenTime: config.sirenTime },
  }))
  return {
    slot,
    handle: (given) => securityHandle(given, { hardware, code, state: () => said }),
    [Symbol.asyncDispose]: () => slot[Symbol.asyncDispose](),
  }
}
