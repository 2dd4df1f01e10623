// The house that lives: always as it is at this moment, whoever looks.
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, millis, minutes } from '#contract/time.ts'
import type { Outdoors, Weather } from '../weather/weather.ts'
import { HOUSES, type HouseName } from './presets.ts'
import { type HouseUse, humidityOf, type RoomState, stepHouse, vapourOf } from './step.ts'

export interface LivingRoom {
  readonly id: string
  readonly celsius: number
  readonly humidityPercent: number
  readonly windowOpen: boolean
  openWindow(open: boolean): void
  readonly people: number
  setPeople(count: number): void
}

export interface House {
  readonly rooms: readonly string[]
  /** Throws a `RangeError` that names the rooms there are. */
  room(id: string): LivingRoom
  readonly outdoors: Outdoors
  /** Another temperature than the weather's; undefined gives it back. */
  setOutdoors(celsius: number | undefined): void
  readonly heaterWatts: number
  heat(on: boolean): void
  cool(on: boolean): void
}

/** The weather stands still for so long; however seldom somebody looks, a night is not one moment. */
const LONGEST_CALM = minutes(1)

export function createHouse(options: {
  readonly clock: Clock
  readonly weather: Weather
  readonly house?: HouseName
  readonly indoorCelsius?: number
}): House {
  const { clock, weather, house = 'terraced-1990', indoorCelsius = 18.5 } = options
  const preset = HOUSES[house]
  const ids = preset.rooms.map(({ id }) => id)
  const uses = preset.rooms.map(() => ({ windowOpen: false, people: 0 }))
  const relays = { heat: false, cool: false }
  let rooms: readonly RoomState[] = preset.rooms.map(() => ({
    airCelsius: indoorCelsius,
    fabricCelsius: indoorCelsius - 0.5,
    vapourGramsPerCubicMetre: vapourOf(indoorCelsius, 45),
  }))
  let steppedAt = clock.uptime()
  let outdoorCelsius: number | undefined

  const outdoorsAt = (at: Instant): Outdoors => {
    const sky = weather.at(at)
    return outdoorCelsius === undefined ? sky : { ...sky, celsius: outdoorCelsius }
  }
  /** Brings the house to now; whatever changes what it stands in calls this first. */
  const live = (): void => {
    const now = clock.uptime()
    while (steppedAt < now) {
      const next = millis(Math.min(now, steppedAt + LONGEST_CALM))
      const use: HouseUse = {
        outdoors: outdoorsAt(instant(clock.now() - (now - next))),
        heaterWatts: relays.heat ? preset.heaterWatts : 0,
        coolerWatts: relays.cool ? preset.coolerWatts : 0,
        rooms: uses,
      }
      rooms = stepHouse(rooms, use, preset, (next - steppedAt) / 1000)
      steppedAt = next
    }
  }
  const find = <T>(list: readonly T[], id: string): T => {
    const found = list[ids.indexOf(id)]
    if (found === undefined) throw new RangeError(`Cannot enter ${id} as the rooms of this house are ${ids.join(', ')}`)
    return found
  }
  const state = (id: string): RoomState => {
    live()
    return find(rooms, id)
  }

  return {
    rooms: ids,
    room(id) {
      const use = find(uses, id)
      return {
        id,
        get celsius() {
          return state(id).airCelsius
        },
        get humidityPercent() {
          return humidityOf(state(id))
        },
        get windowOpen() {
          return use.windowOpen
        },
        openWindow(open) {
          live()
          use.windowOpen = open
        },
        get people() {
          return use.people
        },
        setPeople(count) {
          live()
          use.people = count
        },
      }
    },
    get outdoors() {
      return outdoorsAt(clock.now())
    },
    setOutdoors(celsius) {
      live()
      outdoorCelsius = celsius
    },
    heaterWatts: preset.heaterWatts,
    heat(on) {
      live()
      relays.heat = on
    },
    cool(on) {
      live()
      relays.cool = on
    },
  }
}
