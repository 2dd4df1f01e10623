// A thermostat's sensor and relays in a simulated place.
import { type Clock, every } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Hardware } from '../../device/control.ts'
import type { ThermostatActuators, ThermostatReading } from '../../device/thermostat/hardware.ts'
import type { Random } from '../random.ts'
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
}

const OFF: ThermostatActuators = { heat: false, cool: false }

export function simulateThermostat(options: {
  readonly clock: Clock
  readonly place: Place
  readonly readEvery?: Millis
  readonly sensor?: SensorParameters
  /** For the sensor's noise. */
  readonly random?: Random
  /** Hears what the relays really do. */
  readonly onRelay?: (relays: ThermostatActuators) => void
}): SimulatedThermostat {
  const { clock, place, readEvery = seconds(10), sensor: parameters = BARE_SENSOR, onRelay } = options
  const { random = () => 0.5 } = options
  let sensor = newSensor
  let fault: { readonly what: SensorFault; readonly since: Millis } | undefined
  let welded = false
  let said: SimulatedThermostat['said']
  let wanted = OFF
  let real = OFF
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
  const follow = () => {
    const before = real
    real = welded ? { ...wanted, heat: real.heat } : wanted
    if (real.heat === before.heat && real.cool === before.cool) return
    place.heat(real.heat)
    place.cool(real.cool)
    onRelay?.(real)
    if (real.heat !== before.heat) tell({ type: 'relay', closed: real.heat })
  }

  return {
    place,
    get relayWelded() {
      return welded
    },
    get sensorFault() {
      return fault?.what
    },
    get said() {
      return said
    },
    get heating() {
      return real.heat
    },
    get cooling() {
      return real.cool
    },
    listen(hear) {
      tell = hear
      tell({ type: 'relay', closed: real.heat })
      tell({ type: 'window', open: place.windowOpen })
      read()
      stop = every(clock, readEvery, read)
    },
    apply(actuators) {
      wanted = actuators
      follow()
    },
    openWindow(open) {
      place.openWindow(open)
      tell({ type: 'window', open })
    },
    failSensor(what) {
      fault = what && { what, since: millis(clock.uptime()) }
    },
    weldRelay(next) {
      welded = next
      follow()
    },
    /** Without power a relay falls open, unless it is welded. */
    async [Symbol.asyncDispose]() {
      stop()
      tell = () => {}
      wanted = OFF
      follow()
    },
  }
}
