// A floor plan as a graph: rooms, and the ways between them.

/** What sees people move in a room. */
export interface MotionSensor {
  /** Of the panel. */
  readonly zone: string
  /** Looks over whatever is no bigger than a dog. */
  readonly petImmune?: true
}

export interface PlannedRoom {
  readonly id: string
  readonly motion?: MotionSensor
}

export interface Opening {
  readonly id: string
  readonly between: readonly [string, string]
  /** People walk through doors and archways; through a window comes only who must. An archway is always open. */
  readonly kind: 'door' | 'window' | 'archway'
  /** Of the panel: the contact on it. */
  readonly zone?: string
  /** How it is left by whoever has passed: shut unless it stands open. */
  readonly standsOpen?: true
  readonly petFlap?: true
}

export interface FloorPlan {
  readonly rooms: readonly PlannedRoom[]
  readonly openings: readonly Opening[]
}

/** The room that every house has around it. */
export const OUTSIDE = 'outside'

/** A terraced house around the zones of the default panel (device/security/config.ts); its openings are called as their zones are. */
export const FLOOR_PLAN: FloorPlan = {
  rooms: [
    { id: OUTSIDE },
    { id: 'hall', motion: { zone: 'hall-motion', petImmune: true } },
    { id: 'living' },
    { id: 'kitchen' },
    { id: 'bedroom' },
    { id: 'bath' },
  ],
  openings: [
    { id: 'front-door', between: [OUTSIDE, 'hall'], kind: 'door', zone: 'front-door' },
    { id: 'back-door', between: [OUTSIDE, 'kitchen'], kind: 'door', zone: 'back-door', petFlap: true },
    { id: 'kitchen-window', between: [OUTSIDE, 'kitchen'], kind: 'window', zone: 'kitchen-window' },
    { id: 'living-door', between: ['hall', 'living'], kind: 'door', standsOpen: true },
    { id: 'kitchen-door', between: ['hall', 'kitchen'], kind: 'door', standsOpen: true },
    { id: 'serving-arch', between: ['living', 'kitchen'], kind: 'archway' },
    { id: 'bedroom-door', between: ['hall', 'bedroom'], kind: 'door' },
    { id: 'bath-door', between: ['hall', 'bath'], kind: 'door' },
  ],
}

/** Throws a `RangeError` that names the rooms there are. */
export function roomOf(plan: FloorPlan, id: string): PlannedRoom {
  const room = plan.rooms.find((each) => each.id === id)
  if (room !== undefined) return room
  throw new RangeError(`Cannot go to ${id} as the rooms are ${plan.rooms.map((each) => each.id).join(', ')}`)
}

/** An opening by its own id or by that of its zone. Throws a `RangeError` that names those there are. */
export function openingOf(plan: FloorPlan, idOrZone: string): Opening {
  const opening = plan.openings.find(({ id }) => id === idOrZone) ?? plan.openings.find(({ zone }) => zone === idOrZone)
  if (opening !== undefined) return opening
  throw new RangeError(`Cannot pass ${idOrZone} as the openings are ${plan.openings.map(({ id }) => id).join(', ')}`)
}

/** The other side of it. */
export const beyond = ({ between: [one, other] }: Opening, room: string): string => (room === one ? other : one)

/** Where people go. */
export const isWay = ({ kind }: Opening): boolean => kind !== 'window'

/**
 * The openings on the shortest way, fewest rooms first and then in the order of the plan; none when already there. Undefined when no way
 * leads there through what is `passable`.
 */
export function findRoute(
  plan: FloorPlan,
  { from, to, passable = isWay }: { from: string; to: string; passable?: (opening: Opening) => boolean },
): readonly Opening[] | undefined {
  roomOf(plan, from)
  roomOf(plan, to)
  const routes = new Map<string, readonly Opening[]>([[from, []]])
  // A map is walked in the order of insertion, also through what is added on the way: this is the queue.
  for (const [room, route] of routes) {
    if (room === to) return route
    for (const opening of plan.openings) {
      if (!opening.between.includes(room) || !passable(opening)) continue
      const next = beyond(opening, room)
      if (!routes.has(next)) routes.set(next, [...route, opening])
    }
  }
  return undefined
}

/** The way of a person, who can open every door. Throws an error that names both rooms when there is none. */
export function route(plan: FloorPlan, from: string, to: string): readonly Opening[] {
  const found = findRoute(plan, { from, to })
  if (found !== undefined) return found
  throw new Error(`Cannot walk from ${from} to ${to} as a way must lead there: found none`)
}
