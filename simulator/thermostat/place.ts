// Where a thermostat hangs: the air it feels, and what its relays do to it.
import type { Clock } from '#contract/clock.ts'
import { type Room, stepRoom } from '../house/room.ts'

/** Always as it is at this moment of the clock. */
export interface Place {
  readonly airCelsius: number
  readonly humidityPercent: number
  readonly windowOpen: boolean
  openWindow(open: boolean): void
  /** The relays, as they really are. */
  heat(on: boolean): void
  cool(on: boolean): void
}

export interface SingleRoom extends Place {
  readonly room: Room
  setOutdoor(celsius: number): void
}

const HEATER_WATTS = 8_000
const COOLER_WATTS = -3_500
/** People, light and what the house stores. */
const GAINS_WATTS = 200

/** A house of one room under a sky that somebody sets. */
export function createSingleRoom(options: {
  readonly clock: Clock
  readonly outdoorCelsius?: number
  readonly roomCelsius?: number
}): SingleRoom {
  const { clock, roomCelsius = 18.5 } = options
  let outdoorCelsius = options.outdoorCelsius ?? 4
  let room: Room = { airCelsius: roomCelsius, fabricCelsius: roomCelsius - 0.5 }
  let windowOpen = false
  let relays = { heat: false, cool: false }
  let steppedAt = clock.uptime()

  /** Brings the room to now; whatever changes its surroundings calls this first. */
  const live = (): Room => {
    const now = clock.uptime()
    const watts = GAINS_WATTS + (relays.heat ? HEATER_WATTS : 0) + (relays.cool ? COOLER_WATTS : 0)
    if (now > steppedAt) room = stepRoom(room, { outdoorCelsius, watts, windowOpen }, (now - steppedAt) / 1000)
    steppedAt = now
    return room
  }
  return {
    get room() {
      return live()
    },
    get airCelsius() {
      return live().airCelsius
    },
    get humidityPercent() {
      // Warm air holds more water: about 45 % at 20 °C in a lived-in room.
      return 45 - 1.5 * (live().airCelsius - 20)
    },
    get windowOpen() {
      return windowOpen
    },
    openWindow(open) {
      live()
      windowOpen = open
    },
    heat(on) {
      live()
      relays = { ...relays, heat: on }
    },
    cool(on) {
      live()
      relays = { ...relays, cool: on }
    },
    setOutdoor(celsius) {
      live()
      outdoorCelsius = celsius
    },
  }
}
