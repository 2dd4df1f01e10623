// Houses as figures. UA and time constants after the 5R1C reference values (ISO 13790): about 350, 210 and 90 W/K for 100 m² of an old, a 1990s
// and a low-energy house.
import { type RoomParameters, TERRACED_1990 } from './room.ts'

export const HOUSE_NAMES = ['terraced-1990', 'detached-1930', 'flat-2000', 'low-energy'] as const
export type HouseName = (typeof HOUSE_NAMES)[number]

export interface RoomPlan {
  readonly id: string
  /** Of the whole house: its floor, its walls, its air, its radiators. The shares of a house add up to 1. */
  readonly share: number
  /** Glass that the sun reaches, m², times its g-value. */
  readonly sunSquareMetres: number
}

export interface HousePreset {
  /** The whole house as one room. */
  readonly whole: RoomParameters
  readonly floorSquareMetres: number
  readonly heaterWatts: number
  readonly coolerWatts: number
  /** Light, machines and what nobody counts, W. */
  readonly gainsWatts: number
  readonly rooms: readonly RoomPlan[]
  /** Through an open or a leaky door between two rooms, W/K. */
  readonly doorWattsPerKelvin: number
  readonly doors: readonly (readonly [string, string])[]
}

const ROOMS: readonly RoomPlan[] = [
  { id: 'hall', share: 0.15, sunSquareMetres: 0.3 },
  { id: 'living', share: 0.35, sunSquareMetres: 2.4 },
  { id: 'kitchen', share: 0.2, sunSquareMetres: 0.8 },
  { id: 'bedroom', share: 0.22, sunSquareMetres: 0.8 },
  { id: 'bath', share: 0.08, sunSquareMetres: 0.2 },
]
const DOORS = [
  ['hall', 'living'],
  ['hall', 'kitchen'],
  ['hall', 'bedroom'],
  ['hall', 'bath'],
  ['living', 'kitchen'],
] as const

const plan = { rooms: ROOMS, doors: DOORS, doorWattsPerKelvin: 120, gainsWatts: 200, coolerWatts: 3_500 } as const

export const HOUSES: Readonly<Record<HouseName, HousePreset>> = {
  'terraced-1990': { ...plan, whole: TERRACED_1990, floorSquareMetres: 100, heaterWatts: 8_000 },
  'detached-1930': {
    ...plan,
    whole: {
      ...TERRACED_1990,
      airJoulesPerKelvin: 2.6e6,
      fabricJoulesPerKelvin: 20e6,
      fabricToOutdoorWattsPerKelvin: 290,
      ventilationWattsPerKelvin: 110,
    },
    floorSquareMetres: 110,
    heaterWatts: 14_000,
  },
  'flat-2000': {
    ...plan,
    whole: {
      ...TERRACED_1990,
      airJoulesPerKelvin: 1.2e6,
      fabricJoulesPerKelvin: 11e6,
      airToFabricWattsPerKelvin: 620,
      fabricToOutdoorWattsPerKelvin: 55,
      ventilationWattsPerKelvin: 30,
      windowWattsPerKelvin: 300,
    },
    floorSquareMetres: 62,
    heaterWatts: 4_000,
  },
  'low-energy': {
    ...plan,
    whole: {
      ...TERRACED_1990,
      fabricJoulesPerKelvin: 17e6,
      fabricToOutdoorWattsPerKelvin: 66,
      ventilationWattsPerKelvin: 24,
    },
    floorSquareMetres: 100,
    heaterWatts: 3_500,
  },
}
