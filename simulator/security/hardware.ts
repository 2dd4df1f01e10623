// A panel's doors, windows and siren.
import type { Clock } from '#contract/clock.ts'
import { type Ack, type Command, type Hardware, refuse } from '../../device/control.ts'
import type { PanelActuators, PanelReading } from '../../device/security/hardware.ts'
import { emptyKeypad, press } from '../../device/security/keypad.ts'

export interface SimulatedPanel extends Hardware<PanelReading, PanelActuators> {
  readonly siren: boolean
  /** Whether each zone really is open. */
  readonly zones: ReadonlyMap<string, boolean>
  readonly buzzer: PanelActuators['buzzer']
  openZone(zone: string): void
  closeZone(zone: string): void
  tamper(open: boolean): void
  /** Somebody at the door types, key by key, such as `1234567#`. Resolves with the panel's answer to the last command; undefined: none. */
  type(keys: string): Promise<Ack | undefined>
}

/** `zones` are the ids of the panel's zones; all are closed at first. */
export function simulatePanel({
  zones,
  clock,
}: {
  readonly zones: readonly string[]
  readonly clock: Clock
}): SimulatedPanel {
  const open = new Map(zones.map((zone) => [zone, false]))
  let actuators: PanelActuators = { siren: false, buzzer: 'off' }
  let tell = (_reading: PanelReading) => {}
  let operate = async (_command: Command): Promise<Ack> => refuse('no_power', 'the panel has no power')
  let keypad = emptyKeypad

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
    listen(hear, obey) {
      tell = hear
      operate = obey
      for (const [zone, value] of open) tell({ type: 'zone', zone, open: value })
    },
    apply(wanted) {
      actuators = wanted
    },
    openZone: (zone) => set(zone, true),
    closeZone: (zone) => set(zone, false),
    tamper: (value) => tell({ type: 'tamper', open: value }),
    async type(keys) {
      let answer: Ack | undefined
      for (const key of keys) {
        const { state, command } = press(keypad, key, clock.uptime())
        keypad = state
        if (command !== undefined) answer = await operate(command)
      }
      return answer
    },
    async [Symbol.asyncDispose]() {
      actuators = { siren: false, buzzer: 'off' }
    },
  }
}
