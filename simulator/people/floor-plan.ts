// A house as a graph: rooms, the doors between them, and which of them the panel watches.

export interface Door {
  readonly id: string
  readonly between: readonly [string, string]
  /** The panel's contact on it. */
  readonly zone?: string
}

export interface FloorPlan {
  readonly rooms: readonly string[]
  readonly doors: readonly Door[]
  /** By room, the panel's motion detector in it. */
  readonly motion: Readonly<Record<string, string>>
  /** Windows with a contact, by zone, and the room behind each. */
  readonly windows: Readonly<Record<string, string>>
}

export const OUTSIDE = 'outside'

/** Fits the panel's own default zones (device/security/config.ts). */
export const FLOOR_PLAN: FloorPlan = {
  rooms: [OUTSIDE, 'hall', 'living', 'kitchen', 'bedroom', 'bath'],
  doors: [
    { id: 'front-door', between: [OUTSIDE, 'hall'], zone: 'front-door' },
    { id: 'back-door', between: [OUTSIDE, 'kitchen'], zone: 'back-door' },
    { id: 'living-door', between: ['hall', 'living'] },
    { id: 'kitchen-door', between: ['hall', 'kitchen'] },
    { id: 'bedroom-door', between: ['hall', 'bedroom'] },
    { id: 'bath-door', between: ['hall', 'bath'] },
    { id: 'serving-door', between: ['living', 'kitchen'] },
  ],
  motion: { hall: 'hall-motion' },
  windows: { 'kitchen-window': 'kitchen' },
}

export interface Leg {
  readonly door: Door
  readonly to: string
}

/** The shortest way by doors; empty where one is there already. Throws a `RangeError` for rooms that are not connected. */
export function route(
  { doors, rooms }: FloorPlan,
  from: string,
  to: string,
  avoid: (door: Door) => boolean = () => false,
): readonly Leg[] {
  const ways = new Map<string, readonly Leg[]>([[from, []]])
  for (const queue = [from]; queue.length > 0 && !ways.has(to); ) {
    const here = queue.shift() ?? from
    for (const door of doors) {
      const [a, b] = door.between
      const next = a === here ? b : b === here ? a : undefined
      if (next === undefined || ways.has(next) || avoid(door)) continue
      ways.set(next, [...(ways.get(here) ?? []), { door, to: next }])
      queue.push(next)
    }
  }
  const way = ways.get(to)
  if (way === undefined)
    throw new RangeError(
      `Cannot walk from ${from} to ${to} as a way must lead there: the rooms are ${rooms.join(', ')}`,
    )
  return way
}
