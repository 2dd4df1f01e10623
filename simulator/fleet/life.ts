// What a light device has to say: the product's own control, pure as it is, fed with readings that somebody's home could give. No
// hardware, no disk, no runner; the state tree is the real one.

import type { Kind } from '#contract/ids.ts'
import { KIND_NAMES, type Zone } from '#contract/kinds.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { instant, type Moment, millis } from '#contract/time.ts'
import type { Ack, Command, Control, Step } from '../../device/control.ts'
import { DEFAULT_CONFIG } from '../../device/security/config.ts'
import { createSecurityControl } from '../../device/security/control.ts'
import type { PanelReading } from '../../device/security/hardware.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import type { ThermostatReading } from '../../device/thermostat/hardware.ts'
import { createToasterControl } from '../../device/toaster/control.ts'
import type { ToasterActuators, ToasterReading } from '../../device/toaster/hardware.ts'
import type { Random } from '../random.ts'

export interface Said {
  readonly path: PropertyPath
  readonly value: Value
}

export interface Life {
  readonly kind: Kind
  readonly zones: readonly Zone[]
  /** Every retained property as it is now. */
  properties(): Readonly<Record<PropertyPath, Value>>
  /** The next thing that changes or happens. Each is a second of its own time after the one before, however fast they are asked for. */
  next(): Said
  obey(command: Command): Ack
}

export function createLife(kind: Kind, options: { readonly at: Moment; readonly random: Random }): Life {
  switch (kind) {
    case 'thermostat':
      return live({ ...options, control: createThermostatControl(), readings: roomReadings(options.random) })
    case 'toaster':
      return live({ ...options, control: createToasterControl(), readings: breakfast() })
    case 'security':
      return live({
        ...options,
        control: createSecurityControl(DEFAULT_CONFIG),
        readings: doors(options.random),
        zones: DEFAULT_CONFIG.zones,
      })
  }
}

/** What the world tells next, seeing what the device does to it; undefined where only time passes. */
type Readings<Reading, Actuators> = (actuators: Actuators, passed: number) => Reading | undefined

const SECOND = 1000
/** Of readings in a row that change nothing. No device of ours is silent for so long. */
const LONGEST_SILENCE = 1000

function live<State, Reading, Actuators>(options: {
  readonly control: Control<State, Reading, Actuators>
  readonly readings: Readings<Reading, Actuators>
  readonly at: Moment
  readonly random: Random
  readonly zones?: readonly Zone[]
}): Life {
  const { control, readings, zones = [] } = options
  let { at } = options
  let passed = 0
  let state = control.begin(undefined, at)
  let properties = control.properties(state, at)
  const queue: Said[] = []

  const take = ({ state: next, announce = [] }: Step<State>): void => {
    state = next
    const now = control.properties(state, at)
    for (const [path, value] of Object.entries(now) as [PropertyPath, Value][]) {
      if (JSON.stringify(value) !== JSON.stringify(properties[path])) queue.push({ path, value })
    }
    properties = now
    queue.push(...announce)
  }
  const step = (): void => {
    at = { wall: instant(at.wall + SECOND), uptime: millis(at.uptime + SECOND) }
    passed += 1
    const reading = readings(control.actuators(state, at), passed)
    take(reading === undefined ? control.tick(state, at) : control.hear(state, reading, at))
  }

  // Everything has been read once before the device says who it is.
  for (let n = 0; n <= zones.length; n++) step()
  queue.length = 0
  return {
    ...{ kind: control.kind, zones },
    properties: () => properties,
    next() {
      for (let n = 0; n < LONGEST_SILENCE; n++) {
        const said = queue.shift()
        if (said !== undefined) return said
        step()
      }
      throw new Error(
        `Cannot go on as a ${KIND_NAMES[control.kind].toLowerCase()} must have something to say: got nothing`,
      )
    },
    obey(command) {
      const { ack, ...done } = control.obey(state, command, at)
      take(done)
      return ack
    },
  }
}

/** A room that wavers around twenty degrees, and its humidity now and then. */
function roomReadings(random: Random): Readings<ThermostatReading, unknown> {
  let celsius = 20
  let percent = 45
  return (_, passed) => {
    if (passed % 5 === 2) {
      percent = percent >= 60 || (percent > 30 && random() < 0.5) ? percent - 1 : percent + 1
      return { type: 'humidity', percent }
    }
    celsius += celsius >= 21 || (celsius > 19 && random() < 0.5) ? -0.1 : 0.1
    return { type: 'temperature', celsius }
  }
}

/** Toast after toast: bread goes in, somebody presses start, the spring lifts it. */
function breakfast(): Readings<ToasterReading, ToasterActuators> {
  let down = false
  let pressed = false
  return ({ heater, magnet }) => {
    if (!down) {
      down = true
      pressed = false
      return { type: 'carriage', position: 'down' }
    }
    if (!magnet) {
      down = false
      return { type: 'carriage', position: 'up' }
    }
    if (heater || pressed) return undefined
    pressed = true
    return { type: 'key', key: 'start' }
  }
}

/** A house that people go about in: one zone after the other opens and closes. */
function doors(random: Random): Readings<PanelReading, unknown> {
  const zones = DEFAULT_CONFIG.zones.map(({ id }) => id)
  const unread = [...zones]
  let open: string | undefined
  return () => {
    const first = unread.shift()
    if (first !== undefined) return { type: 'zone', zone: first, open: false }
    if (open !== undefined) {
      const zone = open
      open = undefined
      return { type: 'zone', zone, open: false }
    }
    open = zones[Math.floor(random() * zones.length)] ?? zones[0]
    return open === undefined ? undefined : { type: 'zone', zone: open, open: true }
  }
}
