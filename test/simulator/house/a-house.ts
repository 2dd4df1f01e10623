// A house to try things on: a preset, everything in it the same, and one change at a time.
import { HOUSES, type HousePreset } from '../../../simulator/house/presets.ts'
import {
  type HouseUse,
  humidityOf,
  type RoomState,
  type RoomUse,
  stepHouse,
  vapourOf,
} from '../../../simulator/house/step.ts'
import type { Outdoors } from '../../../simulator/weather/weather.ts'

export const HOUR = 3600
export const HOUSE = HOUSES['terraced-1990']
/** Freezing, at night. */
export const NIGHT: Outdoors = { celsius: 0, humidityPercent: 80, sunWattsPerSquareMetre: 0 }

/** Nothing goes out of it, and nothing comes in that is not asked for. */
export const SEALED: HousePreset = {
  ...HOUSE,
  gainsWatts: 0,
  whole: {
    ...HOUSE.whole,
    fabricToOutdoorWattsPerKelvin: 0,
    ventilationWattsPerKelvin: 0,
    windowWattsPerKelvin: 0,
  },
}

/** Every room as warm as `celsius`, at 45 % humidity. */
export const evenly = (celsius: number, preset = HOUSE): readonly RoomState[] =>
  preset.rooms.map(() => ({
    airCelsius: celsius,
    fabricCelsius: celsius,
    vapourGramsPerCubicMetre: vapourOf(celsius, 45),
  }))

/** Nobody in, windows shut, nothing heats; `rooms` says what is otherwise in which of them. */
export function use(
  changes: Partial<Omit<HouseUse, 'rooms'>> = {},
  rooms: Readonly<Record<string, Partial<RoomUse>>> = {},
): HouseUse {
  return {
    ...{ outdoors: NIGHT, heaterWatts: 0, coolerWatts: 0 },
    ...changes,
    rooms: HOUSE.rooms.map(({ id }) => ({ windowOpen: false, people: 0, ...rooms[id] })),
  }
}

export function roomOf(rooms: readonly RoomState[], id: string): RoomState & { readonly humidityPercent: number } {
  const found = rooms[HOUSE.rooms.findIndex((each) => each.id === id)]
  if (found === undefined) throw new Error(`Cannot find ${id} as it must be a room of the house`)
  return { ...found, humidityPercent: humidityOf(found) }
}

/** What a change does to one room within `seconds`: the room with it, less the room without. */
export function effect(
  id: string,
  changed: HouseUse,
  { seconds, from = evenly(20) }: { readonly seconds: number; readonly from?: readonly RoomState[] },
) {
  const [without, with_] = [use(), changed].map((each) => roomOf(stepHouse(from, each, HOUSE, seconds), id))
  if (without === undefined || with_ === undefined) throw new Error('Cannot compare as there must be two houses')
  return {
    airKelvin: with_.airCelsius - without.airCelsius,
    fabricKelvin: with_.fabricCelsius - without.fabricCelsius,
    vapourGrams: with_.vapourGramsPerCubicMetre - without.vapourGramsPerCubicMetre,
  }
}

/** J above 0 °C. */
export const storedIn = (rooms: readonly RoomState[], { whole, rooms: plans }: HousePreset): number =>
  rooms.reduce((sum, { airCelsius, fabricCelsius }, index) => {
    const share = plans[index]?.share ?? Number.NaN
    return sum + share * (whole.airJoulesPerKelvin * airCelsius + whole.fabricJoulesPerKelvin * fabricCelsius)
  }, 0)
