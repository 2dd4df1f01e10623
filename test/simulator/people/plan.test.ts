import { expect, test } from 'vitest'
import { DEFAULT_CONFIG } from '../../../device/security/config.ts'
import {
  beyond,
  FLOOR_PLAN,
  type FloorPlan,
  findRoute,
  openingOf,
  roomOf,
  route,
} from '../../../simulator/people/plan.ts'

const ids = (openings: readonly { id: string }[] | undefined) => openings?.map(({ id }) => id)

test('every zone of the default panel is somewhere in the default plan, and the plan knows no other', () => {
  const doors = FLOOR_PLAN.openings.flatMap(({ zone }) => zone ?? [])
  const motion = FLOOR_PLAN.rooms.flatMap((room) => room.motion?.zone ?? [])
  expect([...doors, ...motion].sort()).toEqual(DEFAULT_CONFIG.zones.map(({ id }) => id).sort())
  for (const { id, sensor } of DEFAULT_CONFIG.zones) {
    if (sensor === 'motion') expect(motion).toContain(id)
    else expect(openingOf(FLOOR_PLAN, id).kind).toBe(sensor)
  }
})

test('every way to the outside of the default plan is watched, and every opening is between two of its rooms', () => {
  for (const { between, zone } of FLOOR_PLAN.openings) {
    for (const room of between) expect(roomOf(FLOOR_PLAN, room).id).toBe(room)
    if (between.includes('outside')) expect(zone).toBeDefined()
  }
})

test.for([
  { from: 'hall', to: 'hall', doors: [] },
  { from: 'bedroom', to: 'hall', doors: ['bedroom-door'] },
  { from: 'outside', to: 'bedroom', doors: ['front-door', 'bedroom-door'] },
  { from: 'kitchen', to: 'outside', doors: ['back-door'] },
  { from: 'living', to: 'bath', doors: ['living-door', 'bath-door'] },
  { from: 'outside', to: 'living', doors: ['front-door', 'living-door'] },
])('from $from to $to it goes through $doors', ({ from, to, doors }) => {
  expect(ids(route(FLOOR_PLAN, from, to))).toEqual(doors)
})

test('the way is the shortest and not the first of the plan', () => {
  const rooms = ['a', 'b', 'c', 'd'].map((id) => ({ id }))
  const door = (one: string, other: string) => ({ id: one + other, between: [one, other], kind: 'door' }) as const
  const plan: FloorPlan = { rooms, openings: [door('a', 'b'), door('b', 'c'), door('c', 'd'), door('d', 'a')] }
  expect(ids(route(plan, 'a', 'd'))).toEqual(['da'])
  expect(ids(route(plan, 'a', 'c'))).toEqual(['ab', 'bc'])
})

test('nobody walks through a window', () => {
  const openings = FLOOR_PLAN.openings.filter(({ id }) => id === 'kitchen-window')
  expect(() => route({ ...FLOOR_PLAN, openings }, 'outside', 'kitchen')).toThrow(
    'Cannot walk from outside to kitchen as a way must lead there: found none',
  )
})

test('a way can be looked for through some openings only', () => {
  const passable = ({ id }: { id: string }) => id !== 'front-door'
  expect(ids(findRoute(FLOOR_PLAN, { from: 'outside', to: 'hall', passable }))).toEqual(['back-door', 'kitchen-door'])
  expect(findRoute(FLOOR_PLAN, { from: 'outside', to: 'hall', passable: () => false })).toBeUndefined()
})

test('a room or an opening that is not there is answered with those that are', () => {
  const rooms = 'Cannot go to attic as the rooms are outside, hall, living, kitchen, bedroom, bath'
  expect(() => route(FLOOR_PLAN, 'attic', 'hall')).toThrow(rooms)
  expect(() => route(FLOOR_PLAN, 'hall', 'attic')).toThrow(rooms)
  expect(() => openingOf(FLOOR_PLAN, 'chimney')).toThrow(
    /^Cannot pass chimney as the openings are front-door, back-door/,
  )
})

test('an opening is found by its id or its zone, and its id comes first', () => {
  const [front, back] = [
    { id: 'front', zone: 'zone-1' },
    { id: 'zone-1', zone: 'zone-2' },
  ].map((names) => ({ ...names, between: ['outside', 'hall'], kind: 'door' }) as const)
  const plan: FloorPlan = { rooms: FLOOR_PLAN.rooms, openings: [front, back].flatMap((each) => each ?? []) }
  expect(openingOf(plan, 'front')).toBe(front)
  expect(openingOf(plan, 'zone-2')).toBe(back)
  expect(openingOf(plan, 'zone-1')).toBe(back)
})

test('an opening leads to its other side from either', () => {
  const door = openingOf(FLOOR_PLAN, 'bath-door')
  expect([beyond(door, 'hall'), beyond(door, 'bath')]).toEqual(['bath', 'hall'])
})
