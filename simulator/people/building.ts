// What all who move in a house share: its doors, and the sensors that see them move. The world is told of what changes, once.
import { after, type Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import { type FloorPlan, type Opening, roomOf } from './plan.ts'

/** Who is told what happens in the house. */
export interface World {
  /** A door or window, by its id in the plan. */
  door(id: string, open: boolean): void
  /** What the motion sensor of a room says; rooms without one are never told of. */
  motion(room: string, active: boolean): void
  moved(name: string, from: string, to: string): void
}

export interface Building {
  readonly world: World
  isOpen(opening: Opening): boolean
  /**
   * Somebody is in it: it is opened unless it is open, and nobody shuts it. Call the returned function to let go: the last one shuts it,
   * unless that is how it is left, or how this one leaves it.
   */
  hold(opening: Opening): (leaving?: 'open') => void
  /** Somebody moves in a room. Call the returned function when they stop: the sensor rests `holdTime` after the last one did. */
  stir(room: string): (holdTime: Millis) => void
  /** Every sensor rests that sees nobody, without waiting for its time to end. */
  rest(): void
}

/** What a world's building is: everybody whom this world is told of moves in the same one. */
const buildings = new WeakMap<World, Building>()

/** The building of this world; `clock` and `plan` are those of whoever comes first. */
export function buildingOf(world: World, parts: { readonly clock: Clock; readonly plan: FloorPlan }): Building {
  const known = buildings.get(world)
  if (known !== undefined) return known
  const building = createBuilding(world, parts)
  buildings.set(world, building)
  return building
}

interface Sensor {
  moving: number
  active: boolean
  callOff: () => void
}

function createBuilding(world: World, { clock, plan }: { readonly clock: Clock; readonly plan: FloorPlan }): Building {
  const open = new Set(plan.openings.filter(isLeftOpen).map(({ id }) => id))
  const holders = new Map<string, number>()
  const sensors = new Map<string, Sensor>()

  const set = (id: string, wanted: boolean) => {
    if (open.has(id) === wanted) return
    if (wanted) open.add(id)
    else open.delete(id)
    world.door(id, wanted)
  }
  const calm = (room: string, sensor: Sensor) => {
    sensor.callOff()
    sensor.active = false
    world.motion(room, false)
  }

  return {
    world,
    isOpen: ({ id }) => open.has(id),
    hold(opening) {
      const { id } = opening
      holders.set(id, (holders.get(id) ?? 0) + 1)
      set(id, true)
      let held = true
      return (leaving) => {
        if (!held) return
        held = false
        const left = (holders.get(id) ?? 1) - 1
        holders.set(id, left)
        if (left === 0 && leaving !== 'open' && !isLeftOpen(opening)) set(id, false)
      }
    },
    stir(room) {
      if (roomOf(plan, room).motion === undefined) return () => {}
      const sensor = sensors.get(room) ?? { moving: 0, active: false, callOff: () => {} }
      sensors.set(room, sensor)
      sensor.moving++
      sensor.callOff()
      if (!sensor.active) {
        sensor.active = true
        world.motion(room, true)
      }
      let stirring = true
      return (holdTime) => {
        if (!stirring) return
        stirring = false
        sensor.moving--
        if (sensor.moving === 0) sensor.callOff = after(clock, holdTime, () => calm(room, sensor))
      }
    },
    rest() {
      for (const [room, sensor] of sensors) if (sensor.active && sensor.moving === 0) calm(room, sensor)
    },
  }
}

/** How it is found and left by those who pass. */
const isLeftOpen = ({ kind, standsOpen }: Opening): boolean => kind === 'archway' || standsOpen === true
