// The three devices of a home as a test holds them: what everybody sees over MQTT, and what somebody does who stands before them.
import type { CYCLE_STATES, HEALTH, MODES, PANEL_STATES, PRESETS, PROGRAMS } from '#contract/kinds.ts'
import type { JsonObject, Value } from '#contract/property.ts'

import type { SimulatedPanel } from '../security/hardware.ts'
import type { SimulatedThermostat } from '../thermostat/hardware.ts'
import type { SimulatedToaster } from '../toaster/hardware.ts'
import {
  asDevice,
  createHandle,
  type DeviceHandle,
  type HandleParts,
  type Outcome,
  type Settable,
  type Shown,
} from './handles.ts'

export interface ThermostatHandle extends DeviceHandle {
  readonly mode: Settable<(typeof MODES)[number]>
  /** Degrees Celsius, as the next four. */
  readonly target: Settable<number>
  readonly targetLow: Settable<number>
  readonly targetHigh: Settable<number>
  readonly current: Shown<number>
  readonly preset: Settable<(typeof PRESETS)[number]>
  readonly hold: Settable<JsonObject>
  readonly action: Shown<'off' | 'idle' | 'heating' | 'cooling'>
  readonly window: Shown<boolean>
  readonly health: Shown<(typeof HEALTH)[number]>
  readonly hardware: SimulatedThermostat
}

export interface ToasterHandle extends DeviceHandle {
  readonly cycle: Shown<(typeof CYCLE_STATES)[number]>
  readonly program: Settable<(typeof PROGRAMS)[number]>
  readonly browning: Settable<number>
  readonly remaining: Shown<number>
  readonly remoteStart: Shown<boolean>
  start(): Promise<Outcome>
  cancel(): Promise<Outcome>
  lift(): Promise<Outcome>
  more(): Promise<Outcome>
  readonly hardware: SimulatedToaster
}

export type ArmAction = 'ARM_HOME' | 'ARM_AWAY' | 'ARM_NIGHT' | 'ARM_VACATION'

export interface SecurityHandle extends DeviceHandle {
  /** What everybody sees over MQTT. */
  readonly shown: Shown<(typeof PANEL_STATES)[number]>
  /** The state it is in, whether or not anybody outside hears of it. */
  readonly state: (typeof PANEL_STATES)[number] | undefined
  readonly siren: Shown<boolean>
  readonly open: Shown<readonly string[]>
  arm(action?: ArmAction): Promise<Outcome>
  /** With the right code unless another is given. */
  disarm(code?: string): Promise<Outcome>
  /** A command as it is, such as `{"action":"TRIGGER"}`. */
  command(command: JsonObject): Promise<Outcome>
  /** What the people of this house type. */
  readonly code: string
  readonly hardware: SimulatedPanel
}

const shownAs =
  (handle: DeviceHandle) =>
  <T extends Value>(path: `${string}/${string}`): Settable<T> =>
    handle.property(path) as unknown as Settable<T>

/** Copies a handle without asking its getters: they have no answer yet. */
const extend = <Parts extends object>(handle: DeviceHandle, parts: Parts): DeviceHandle & Parts =>
  Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(handle), ...Object.getOwnPropertyDescriptors(parts) },
  ) as DeviceHandle & Parts

/** @internal */
export function thermostatHandle(parts: HandleParts, hardware: SimulatedThermostat): ThermostatHandle {
  const handle = createHandle(parts)
  const shown = shownAs(handle)
  return extend(handle, {
    mode: shown('climate/mode') as ThermostatHandle['mode'],
    target: shown<number>('climate/target'),
    targetLow: shown<number>('climate/target-low'),
    targetHigh: shown<number>('climate/target-high'),
    current: shown<number>('climate/current'),
    preset: shown('climate/preset') as ThermostatHandle['preset'],
    hold: shown<JsonObject>('climate/hold'),
    action: shown('climate/action') as ThermostatHandle['action'],
    window: shown<boolean>('climate/window'),
    health: shown('health/status') as ThermostatHandle['health'],
    hardware: asDevice(parts.slot, hardware),
  })
}

/** @internal */
export function toasterHandle(parts: HandleParts, hardware: SimulatedToaster): ToasterHandle {
  const handle = createHandle(parts)
  const shown = shownAs(handle)
  const press = (path: `${string}/${string}`) => () => handle.property(path).set(true)
  return extend(handle, {
    cycle: shown('cycle/state') as ToasterHandle['cycle'],
    program: shown('cycle/program') as ToasterHandle['program'],
    browning: shown<number>('cycle/browning'),
    remaining: shown<number>('cycle/remaining'),
    remoteStart: shown<boolean>('cycle/remote-start'),
    start: press('cycle/start'),
    cancel: press('cycle/cancel'),
    lift: press('cycle/lift'),
    more: press('cycle/more'),
    hardware: asDevice(parts.slot, hardware),
  })
}

/** @internal */
export function securityHandle(
  parts: HandleParts,
  panel: { readonly hardware: SimulatedPanel; readonly code: string; readonly state: () => SecurityHandle['state'] },
): SecurityHandle {
  const { hardware, code } = panel
  const handle = createHandle(parts)
  const shown = shownAs(handle)
  const command = (value: JsonObject) => handle.property('panel/command').set(value)
  return extend(handle, {
    shown: shown('panel/state') as SecurityHandle['shown'],
    siren: shown<boolean>('panel/siren'),
    get state() {
      return panel.state()
    },
    open: shown('panel/open') as unknown as SecurityHandle['open'],
    arm: (action: ArmAction = 'ARM_AWAY') => command({ action, code }),
    disarm: (typed: string = code) => command({ action: 'DISARM', code: typed }),
    ...{ command, code },
    hardware: asDevice(parts.slot, hardware),
  })
}
