// A house of several rooms, each two heat capacities and the vapour in its air. Pure.
import { saturation } from '../weather/seeded.ts'
import type { Outdoors } from '../weather/weather.ts'
import type { HousePreset } from './presets.ts'

export interface RoomState {
  readonly airCelsius: number
  readonly fabricCelsius: number
  /** Absolute humidity, g of vapour in a m³ of air. */
  readonly vapourGramsPerCubicMetre: number
}

export interface RoomUse {
  readonly windowOpen: boolean
  readonly people: number
}

export interface HouseUse {
  readonly outdoors: Outdoors
  /** Of the whole house; it spreads over the rooms by their share. */
  readonly heaterWatts: number
  readonly coolerWatts: number
  /** In the order of the preset's rooms. */
  readonly rooms: readonly RoomUse[]
}

/** A person at rest (ISO 7730): what is felt as heat, and what is breathed out. */
const PERSON_WATTS = 80
const PERSON_GRAMS_PER_HOUR = 50
const CEILING_METRES = 2.5
/** Heat that a cubic metre of air carries, J/(m³·K). */
const AIR_JOULES_PER_CUBIC_METRE_KELVIN = 1200
/** Inside what is stable for the smallest room with its window open, by far. */
const LONGEST_STEP_SECONDS = 20

/** Absolute humidity of air at this temperature and relative humidity, g/m³ (ideal gas, 461.5 J/(kg·K)). */
export const vapourOf = (celsius: number, percent: number): number =>
  (10 * percent * saturation(celsius)) / (461.5 * (celsius + 273.15))

export const humidityOf = ({ airCelsius, vapourGramsPerCubicMetre }: RoomState): number =>
  Math.min(100, (100 * vapourGramsPerCubicMetre) / vapourOf(airCelsius, 100))

/** The rooms after `dtSeconds` in constant surroundings, by the midpoint rule. */
export function stepHouse(
  rooms: readonly RoomState[],
  use: HouseUse,
  preset: HousePreset,
  dtSeconds: number,
): readonly RoomState[] {
  const steps = Math.max(1, Math.ceil(dtSeconds / LONGEST_STEP_SECONDS))
  const dt = dtSeconds / steps
  const neighbours = neighboursOf(preset)
  let now = rooms
  for (let step = 0; step < steps; step++) {
    const half = advance(now, now, use, preset, neighbours, dt / 2)
    now = advance(now, half, use, preset, neighbours, dt)
  }
  return now
}

const known = new WeakMap<HousePreset, readonly (readonly number[])[]>()

/** By room, the numbers of those behind its doors. */
function neighboursOf(preset: HousePreset): readonly (readonly number[])[] {
  const found = known.get(preset)
  if (found !== undefined) return found
  const number = (id: string) => preset.rooms.findIndex((room) => room.id === id)
  const made = preset.rooms.map(({ id }) =>
    preset.doors.flatMap(([a, b]) => (a === id ? [number(b)] : b === id ? [number(a)] : [])),
  )
  known.set(preset, made)
  return made
}

/** `from` moved for `dt` seconds at the slopes that `at` has. */
function advance(
  from: readonly RoomState[],
  at: readonly RoomState[],
  { outdoors, heaterWatts, coolerWatts, rooms: uses }: HouseUse,
  { whole, rooms: plans, doorWattsPerKelvin, floorSquareMetres, gainsWatts }: HousePreset,
  neighbours: readonly (readonly number[])[],
  dt: number,
): readonly RoomState[] {
  const outdoorVapour = vapourOf(outdoors.celsius, outdoors.humidityPercent)
  return from.map((room, index) => {
    const [plan, use, here] = [plans[index], uses[index], at[index]]
    if (plan === undefined || use === undefined || here === undefined) return room
    const { share } = plan
    const ventilation =
      whole.ventilationWattsPerKelvin * share + (use.windowOpen ? whole.windowWattsPerKelvin * share : 0)
    const toFabric = whole.airToFabricWattsPerKelvin * share * (here.airCelsius - here.fabricCelsius)
    const fabricLoss = whole.fabricToOutdoorWattsPerKelvin * share * (here.fabricCelsius - outdoors.celsius)
    const sun = outdoors.sunWattsPerSquareMetre * plan.sunSquareMetres
    let watts = (gainsWatts + heaterWatts - coolerWatts) * share + use.people * PERSON_WATTS - toFabric
    watts -= ventilation * (here.airCelsius - outdoors.celsius)
    for (const other of neighbours[index] ?? []) {
      watts += doorWattsPerKelvin * ((at[other]?.airCelsius ?? here.airCelsius) - here.airCelsius)
    }
    const volume = floorSquareMetres * share * CEILING_METRES
    const exchanged = ventilation / AIR_JOULES_PER_CUBIC_METRE_KELVIN
    const vapour =
      (exchanged * (outdoorVapour - here.vapourGramsPerCubicMetre) + (use.people * PERSON_GRAMS_PER_HOUR) / 3600) /
      volume
    // Half of the sun warms the floor it falls on, half the air, by way of carpets and curtains.
    const airCelsius = room.airCelsius + ((watts + sun / 2) * dt) / (whole.airJoulesPerKelvin * share)
    return {
      airCelsius,
      fabricCelsius:
        room.fabricCelsius + ((toFabric - fabricLoss + sun / 2) * dt) / (whole.fabricJoulesPerKelvin * share),
      // More than air can hold runs down the windows.
      vapourGramsPerCubicMetre: Math.min(room.vapourGramsPerCubicMetre + vapour * dt, vapourOf(airCelsius, 100)),
    }
  })
}
