// A toaster without a world: the pure machine, driven by hand in virtual time.
import type { JsonObject } from '#contract/property.ts'
import { instant, type Moment, millis, seconds } from '#contract/time.ts'
import type { Ack } from '../../../device/control.ts'
import { createToasterControl } from '../../../device/toaster/control.ts'
import type { ToasterReading } from '../../../device/toaster/hardware.ts'
import type { ToasterState } from '../../../device/toaster/state.ts'

export interface Machine {
  readonly state: ToasterState
  readonly now: string
  readonly heater: boolean
  readonly magnet: boolean
  readonly events: readonly JsonObject[]
  hear(reading: ToasterReading): void
  /** The carriage follows the magnet, as a working spring makes it. */
  order(path: string, value?: boolean | number | string): Ack
  wait(seconds: number): void
  property(path: `${string}/${string}`): unknown
}

/** `relay`: what the relay says instead of the truth. `jammed`: the spring cannot lift the bread. */
export function createMachine({ relay, jammed = false }: { relay?: boolean; jammed?: boolean } = {}): Machine {
  const control = createToasterControl()
  let at: Moment = { wall: instant(0), uptime: millis(1000) }
  let state = control.begin(undefined, at)
  const events: JsonObject[] = []
  let magnet = false
  let heater = false
  const take = (step: { state: ToasterState; announce?: readonly { value: JsonObject }[] }): void => {
    state = step.state
    events.push(...(step.announce ?? []).map(({ value }) => value))
    const wanted = control.actuators(state, at)
    const released = magnet && !wanted.magnet
    magnet = wanted.magnet
    if (heater !== wanted.heater) {
      heater = wanted.heater
      take(control.hear(state, { type: 'relay', closed: relay ?? heater }, at))
    }
    if (released && !jammed && state.carriage === 'down')
      take(control.hear(state, { type: 'carriage', position: 'up' }, at))
  }

  return {
    get state() {
      return state
    },
    get now() {
      return String(control.properties(state, at)['cycle/state'])
    },
    get heater() {
      return control.actuators(state, at).heater
    },
    get magnet() {
      return control.actuators(state, at).magnet
    },
    events,
    hear: (reading) => take(control.hear(state, reading, at)),
    order(path, value = true) {
      const reply = control.obey(state, { path: path as `${string}/${string}`, value }, at)
      take(reply)
      return reply.ack
    },
    wait(length) {
      const end = at.uptime + seconds(length)
      for (;;) {
        const due = control.dueAt(state)
        if (due === undefined || due > end) break
        at = { ...at, uptime: millis(Math.max(at.uptime, due)) }
        take(control.tick(state, at))
      }
      at = { ...at, uptime: millis(end) }
      take(control.tick(state, at))
    },
    property: (path) => control.properties(state, at)[path],
  }
}

export function load(machine: Machine): void {
  machine.hear({ type: 'carriage', position: 'down' })
  machine.hear({ type: 'key', key: 'remote-start' })
}
