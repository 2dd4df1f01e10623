// A thermostat's sensor and relays in a simulated place.
import { type Clock, every } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Hardware } from '../../device/control.ts'
import type { ThermostatActuators, ThermostatReading } from '../../device/thermostat/hardware.ts'
import type { Random } from '../random.ts'
import { createRelay } from '../relay.ts'
import type { Place } from './place.ts'
import { BARE_SENSOR, newSensor, readSensor, type SensorFault, type SensorParameters } from './sensor.ts'

export interface SimulatedThermostat extends Hardware<ThermostatReading, ThermostatActuators> {
  /** The relays as they really are. */
  readonly heating: boolean
  readonly cooling: boolean
  readonly relayWelded: boolean
  readonly sensorFault: SensorFault | undefined
  /** The last thing the sensor said that can be true of a room, and when. */
  readonly said: { readonly celsius: number; readonly at: Millis } | undefined
  readonly place: Place
  openWindow(open: boolean): void
  /** Breaks the sensor, or with undefined mends it. */
  failSensor(fault: SensorFault | undefined): void
  /** The relay sticks where it is, whatever it is told; let go, it does what it was told last. */
  weldRelay(welded: boolean): void
  /** Its contacts bounce at each switching. */
  wearRelay(worn: boolean): void
}

export function simulateThermostat(options: {
  readonly clock: Clock
  readonly place: Place
  readonly readEvery?: Millis
  readonly sensor?: SensorParameters
  /** For the sensor's noise. */
  readonly random?: Random
}): SimulatedThermostat {
  const { clock, place, readEvery = seconds(10), sensor: parameters = BARE_SENSOR } = options
  const { random = () => 0.5 } = options
  let sensor = newSensor
  let fault: { readonly what: SensorFault; readonly since: Millis } | undefined
  let said: SimulatedThermostat['said']
  let cooling = false
  let tell = (_reading: ThermostatReading) => {}
  let stop = () => {}

  const read = () => {
    const airCelsius = place.airCelsius
    const uptime = millis(clock.uptime())
    const next = readSensor(sensor, {
      ...{ airCelsius, uptime, parameters, random },
      ...(fault !== undefined && { fault: fault.what, since: fault.since }),
    })
    sensor = next.sensor
    const { celsius } = next
    if (celsius !== undefined && celsius > -30 && celsius < 60) said = { celsius, at: uptime }
    if (celsius !== undefined) tell({ type: 'temperature', celsius })
    if (fault?.what.type !== 'silent') tell({ type: 'humidity', percent: Math.round(place.humidityPercent) })
  }
  const relay = createRelay({
    clock,
    onSwitched: place.heat,
    onContact: (closed) => tell({ type: 'relay', closed }),
  })
  const cool = (on: boolean) => {
    if (on === cooling) return
    cooling = on
    place.cool(on)
  }

  return {
    place,
    get relayWelded() {
      return relay.welded
    },
    get sensorFault() {
      return fault?.what
    },
    get said() {
      return said
    },
    get heating() {
      return relay.closed
    },
    get cooling() {
      return cooling
    },
    listen(hear) {
      tell = hear
      tell({ type: 'relay', closed: relay.closed })
      tell({ type: 'window', open: place.windowOpen })
      read()
      stop = every(clock, readEvery, read)
    },
    apply({ heat, cool: wanted }) {
      // Off before on: for no moment both are closed.
      if (!wanted) cool(false)
      relay.drive(heat)
      if (wanted) cool(true)
    },
    openWindow(open) {
      place.openWindow(open)
      tell({ type: 'window', open })
    },
    failSensor(what) {
      fault = what && { what, since: millis(clock.uptime()) }
    },
    weldRelay: relay.weld,
    wearRelay: relay.wear,
    /** Without power a relay falls open, unless it is welded. */
    async [Symbol.asyncDispose]() {
      stop()
      tell = () => {}
      relay.stop()
      relay.drive(false)
      cool(false)
    },
  }
}
