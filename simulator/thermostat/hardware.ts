// A thermostat's sensor and relays in a simulated room.
import type { Clock } from '#contract/clock.ts'
import { type Millis, seconds } from '#contract/time.ts'
import type { Hardware } from '../../device/control.ts'
import type { ThermostatActuators, ThermostatReading } from '../../device/thermostat/hardware.ts'
import { type Room, stepRoom } from '../house/room.ts'
import { repeat } from '../repeat.ts'

export interface SimulatedThermostat extends Hardware<ThermostatReading, ThermostatActuators> {
  readonly room: Room
  readonly heating: boolean
  readonly cooling: boolean
  openWindow(open: boolean): void
  setOutdoor(celsius: number): void
  /** What the sensor says from now on instead of the truth; undefined says the truth again. `silent` says nothing. */
  failSensor(fault: number | 'silent' | undefined): void
  /** The relay sticks where it is, whatever it is told. */
  weldRelay(welded: boolean): void
}

const HEATER_WATTS = 8_000
const COOLER_WATTS = -3_500
/** People, light and what the house stores. */
const GAINS_WATTS = 200
/** A DS18B20 at 11 bits. */
const QUANTUM = 0.125

export function simulateThermostat(options: {
  readonly clock: Clock
  readonly outdoorCelsius?: number
  readonly roomCelsius?: number
  readonly readEvery?: Millis
}): SimulatedThermostat {
  const { clock, roomCelsius = 18.5, readEvery = seconds(10) } = options
  let outdoorCelsius = options.outdoorCelsius ?? 4
  let room: Room = { airCelsius: roomCelsius, fabricCelsius: roomCelsius - 0.5 }
  let windowOpen = false
  let fault: number | 'silent' | undefined
  let welded = false
  let actuators: ThermostatActuators = { heat: false, cool: false }
  let steppedAt = clock.uptime()
  let tell = (_reading: ThermostatReading) => {}
  let stop = () => {}

  /** Brings the room to now; whatever changes its surroundings calls this first. */
  const live = () => {
    const now = clock.uptime()
    const watts = GAINS_WATTS + (actuators.heat ? HEATER_WATTS : 0) + (actuators.cool ? COOLER_WATTS : 0)
    room = stepRoom(room, { outdoorCelsius, watts, windowOpen }, (now - steppedAt) / 1000)
    steppedAt = now
  }
  const read = () => {
    live()
    if (fault === 'silent') return
    const celsius = fault ?? Math.round(room.airCelsius / QUANTUM) * QUANTUM
    tell({ type: 'temperature', celsius })
    // Warm air holds more water: about 45 % at 20 °C in a lived-in room.
    tell({ type: 'humidity', percent: Math.round(45 - 1.5 * (room.airCelsius - 20)) })
  }

  return {
    get room() {
      live()
      return room
    },
    get heating() {
      return actuators.heat
    },
    get cooling() {
      return actuators.cool
    },
    listen(hear) {
      tell = hear
      tell({ type: 'relay', closed: actuators.heat })
      tell({ type: 'window', open: windowOpen })
      read()
      stop = repeat(clock, readEvery, read)
    },
    apply(wanted) {
      live()
      const before = actuators.heat
      actuators = welded ? { ...wanted, heat: before } : wanted
      if (actuators.heat !== before) tell({ type: 'relay', closed: actuators.heat })
    },
    openWindow(open) {
      live()
      windowOpen = open
      tell({ type: 'window', open })
    },
    setOutdoor(celsius) {
      live()
      outdoorCelsius = celsius
    },
    failSensor(next) {
      fault = next
    },
    weldRelay(next) {
      welded = next
    },
    async [Symbol.asyncDispose]() {
      stop()
      live()
      actuators = { heat: false, cool: false }
    },
  }
}
