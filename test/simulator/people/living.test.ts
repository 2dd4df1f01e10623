import { describe, expect, test } from 'vitest'
import { parseInstant } from '#contract/clock.ts'
import { hours, instant, minutes, seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { livePeople } from '../../../simulator/people/living.ts'
import { FLOOR_PLAN, type FloorPlan } from '../../../simulator/people/plan.ts'
import { householdOf, type Person, routineOf } from '../../../simulator/people/routine.ts'
import { createHouseLog, timesOf, told } from './house-log.ts'

const ROBIN: Person = { name: 'Robin', habit: 'commuter' }
const KIM: Person = { name: 'Kim', habit: 'commuter' }
const MOMO: Person = { name: 'Momo', habit: 'pet' }
const MONDAY_03 = '2030-01-14T03:00:00Z'

/** A house that begins then. */
function house(options: { people: readonly Person[]; start?: string; zone?: string; seed?: number; plan?: FloorPlan }) {
  const { people, start = MONDAY_03, zone = 'UTC', seed = 1, plan = FLOOR_PLAN } = options
  const clock = new VirtualClock(parseInstant(start) ?? instant(Number.NaN))
  const world = createHouseLog(clock)
  return { clock, world, zone, seed, living: livePeople({ clock, people, plan, zone, world, seed }) }
}

test('a commuter begins in bed and is out at work by day, back in the evening, and in bed again', async () => {
  const { clock, living, world } = house({ people: [ROBIN] })
  const at = async (until: number) => {
    await clock.advance(hours(until))
    return living.whereabouts.get('Robin')
  }
  expect(living.whereabouts).toEqual(new Map([['Robin', 'bedroom']]))
  expect([await at(9), await at(10), await at(2.75)]).toEqual([
    'outside',
    expect.stringMatching(/living|kitchen|bath/),
    'bedroom',
  ])
  expect(timesOf(world, 'front-door opens').length).toBeGreaterThanOrEqual(2)
  expect(world.open).toEqual(new Set())
  await living[Symbol.asyncDispose]()
})

test('everybody is where they have to be within a minute of its time', async () => {
  const { clock, living, seed, zone } = house({ people: householdOf({ people: 6 }) })
  const routines = householdOf({ people: 6 }).map((person) => ({ person, routine: routineOf({ seed, zone, person }) }))
  for (let minute = 0; minute < 3 * 24 * 60; minute += 7) {
    await clock.advance(minutes(7))
    for (const { person, routine } of routines) {
      const before = routine.at(instant(clock.now() - minutes(1))).activity.room
      const { room } = routine.at(clock.now()).activity
      if (before === room) expect(living.whereabouts.get(person.name)).toBe(room)
    }
  }
  await living[Symbol.asyncDispose]()
})

test('adding a person or a pet changes no step of another', async () => {
  const steps = async (people: readonly Person[]) => {
    const { clock, world, living } = house({ people })
    await clock.advance(hours(48))
    await living[Symbol.asyncDispose]()
    return world.lines.filter((line) => line.includes('Robin'))
  }
  const alone = await steps([ROBIN])
  expect(alone.length).toBeGreaterThan(20)
  expect(await steps([KIM, ROBIN])).toEqual(alone)
  expect(await steps([ROBIN, MOMO])).toEqual(alone)
})

test('the same seed is the same life, and another is another', async () => {
  const life = async (seed: number) => {
    const { clock, world, living } = house({ people: householdOf({ people: 3, pet: true }), seed })
    await clock.advance(hours(24))
    await living[Symbol.asyncDispose]()
    return world.lines
  }
  const [one, same, other] = [await life(1), await life(1), await life(2)]
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})

describe.for([
  { change: 'goes on', start: '2030-03-30T12:00:00Z' },
  { change: 'goes back', start: '2030-10-26T12:00:00Z' },
])('in the night in which the clock $change', ({ start }) => {
  test('they sleep on, and get up when the wall says so', async () => {
    const { clock, world, living, seed, zone } = house({ people: [ROBIN], start, zone: 'Europe/London' })
    const routine = routineOf({ seed, zone, person: ROBIN })
    await clock.advance(hours(14))
    expect(living.whereabouts.get('Robin')).toBe('bedroom')
    const { activity, until } = routine.at(clock.now())
    expect(activity.asleep).toBe(true)
    const lines = world.lines.length
    await clock.advance(seconds((until - clock.now()) / 1000 - 1))
    expect(world.lines).toHaveLength(lines)
    await clock.advance(seconds(30))
    expect(living.whereabouts.get('Robin')).toBe('bath')
    await living[Symbol.asyncDispose]()
  })
})

test('where the wall clock is put right, they go to where they should be within the hour', async () => {
  const { clock, living } = house({ people: [ROBIN] })
  await clock.advance(minutes(1))
  clock.jumpWall(hours(9))
  await clock.advance(hours(1.1))
  expect(living.whereabouts.get('Robin')).toBe('outside')
  await living[Symbol.asyncDispose]()
})

describe('whoever sits in a room that is watched', () => {
  const rooms = FLOOR_PLAN.rooms.map((room) =>
    room.id === 'living' || room.id === 'bedroom' ? { ...room, motion: { zone: `${room.id}-motion` } } : room,
  )

  test('is seen now and then while awake, and not while asleep', async () => {
    const { clock, world, living } = house({ people: [ROBIN], plan: { ...FLOOR_PLAN, rooms } })
    await clock.advance(hours(3.25))
    expect(world.lines).toEqual([])
    await clock.advance(hours(20.5))
    const evening = timesOf(world, 'living stirs').filter((second) => second > 17 * 3600)
    expect(evening.length).toBeGreaterThan(5)
    await clock.advance(minutes(5))
    expect(world.active).toEqual(new Set())
    await living[Symbol.asyncDispose]()
  })
})

test('a pet strolls by day and night, in and out by its flap, and sets off nothing', async () => {
  const { clock, world, living } = house({ people: [MOMO] })
  expect(living.whereabouts).toEqual(new Map([['Momo', 'living']]))
  await clock.advance(hours(24))
  expect(world.lines.length).toBeGreaterThan(20)
  expect(told(world).every((line) => line.startsWith('Momo '))).toBe(true)
  expect(told(world)).toContain('Momo kitchen > outside')
  expect(told(world).some((line) => /bedroom|bath/.test(line))).toBe(false)
  await living[Symbol.asyncDispose]()
})

test('two pets go their own ways', async () => {
  const { clock, world, living } = house({ people: [MOMO, { name: 'Rex', habit: 'pet' }] })
  await clock.advance(hours(12))
  const steps = (name: string) =>
    world.lines.filter((line) => line.includes(name)).map((line) => line.replace(name, ''))
  expect(steps('Rex').length).toBeGreaterThan(5)
  expect(steps('Rex')).not.toEqual(steps('Momo'))
  await living[Symbol.asyncDispose]()
})

test('when it ends, everybody stops where they are: doors fall shut, sensors rest, and nothing follows', async () => {
  const { clock, world, living } = house({ people: householdOf({ people: 2, pet: true }) })
  await clock.advance(hours(24), { enough: () => world.open.has('front-door') })
  expect(world.active).toContain('hall')
  await living[Symbol.asyncDispose]()
  expect([world.open, world.active]).toEqual([new Set(), new Set()])
  const lines = world.lines.length
  await clock.advance(hours(24))
  expect(world.lines).toHaveLength(lines)
})

test('what the world throws comes out when it ends', async () => {
  const clock = new VirtualClock(parseInstant(MONDAY_03))
  const world = {
    ...createHouseLog(clock),
    moved() {
      throw new Error('the panel is gone')
    },
  }
  const living = livePeople({ clock, people: [ROBIN], plan: FLOOR_PLAN, zone: 'UTC', world, seed: 1 })
  await clock.advance(hours(6))
  await expect(living[Symbol.asyncDispose]()).rejects.toThrow('the panel is gone')
})

test.for([
  {
    what: 'an unknown zone',
    options: { people: [ROBIN], zone: 'Europe/Atlantis' },
    message: /got "Europe\/Atlantis"$/,
  },
  {
    what: 'an unknown zone for a pet',
    options: { people: [MOMO], zone: 'Europe/Atlantis' },
    message: /Europe\/Atlantis/,
  },
  { what: 'two of one name', options: { people: [ROBIN, ROBIN] }, message: /Robin twice$/ },
  {
    what: 'a house without a bath',
    options: { people: [ROBIN], plan: { ...FLOOR_PLAN, rooms: FLOOR_PLAN.rooms.filter(({ id }) => id !== 'bath') } },
    message: /^Cannot go to bath as the rooms are/,
  },
  {
    what: 'a bath behind no door',
    options: {
      people: [ROBIN],
      plan: { ...FLOOR_PLAN, openings: FLOOR_PLAN.openings.filter(({ id }) => id !== 'bath-door') },
    },
    message: /^Cannot walk from bedroom to bath/,
  },
])('nobody can live with $what', ({ options, message }) => {
  expect(() => house(options)).toThrow(message)
})
