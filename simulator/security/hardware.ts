// A panel's doors, windows and siren.
import type { Hardware } from '../../device/control.ts'
import type { PanelActuators, PanelReading } from '../../device/security/hardware.ts'

export interface SimulatedPanel extends Hardware<PanelReading, PanelActuators> {
  readonly siren: boolean
  /** Whether each zone really is open. */
  readonly zones: ReadonlyMap<string, boolean>
  readonly buzzer: PanelActuators['buzzer']
  openZone(zone: string): void
  closeZone(zone: string): void
  tamper(open: boolean): void
}

/** `zones` are the ids of the panel's zones; all are closed at first. */
export function simulatePanel({ zones }: { readonly zones: readonly string[] }): SimulatedPanel {
  const open = new Map(zones.map((zone) => [zone, false]))
  let actuators: PanelActuators = { siren: false, buzzer: 'off' }
  let tell = (_reading: PanelReading) => {}

  const set = (zone: string, value: boolean) => {
    if (!open.has(zone)) throw new RangeError(`Cannot move ${zone} as the panel's zones are ${zones.join(', ')}`)
    open.set(zone, value)
    tell({ type: 'zone', zone, open: value })
  }
  return {
    zones: open,
    get siren() {
      return actuators.siren
    },
    get buzzer() {
      return actuators.buzzer
    },
    listen(hear) {
      tell = hear
      for (const [zone, value] of open) tell({ type: 'zone', zone, open: value })
    },
    apply(wanted) {
      actuators = wanted
    },
    openZone: (zone) => set(zone, true),
    closeZone: (zone) => set(zone, false),
    tamper: (value) => tell({ type: 'tamper', open: value }),
    async [Symbol.asyncDispose]() {
      actuators = { siren: false, buzzer: 'off' }
    },
  }
}
