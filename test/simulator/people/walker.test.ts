import { describe, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { FLOOR_PLAN, type FloorPlan } from '../../../simulator/people/plan.ts'
import { createWalker, type WalkerOptions } from '../../../simulator/people/walker.ts'
import { randomStream } from '../../../simulator/random.ts'
import { createHouseLog, timesOf, told } from './house-log.ts'

/** Sees pets as well. */
const WATCHFUL: FloorPlan = {
  ...FLOOR_PLAN,
  rooms: FLOOR_PLAN.rooms.map((room) => (room.motion ? { ...room, motion: { zone: room.motion.zone } } : room)),
}
/** Every door is shut, and the archway is one more of them. */
const SHUT: FloorPlan = {
  ...FLOOR_PLAN,
  openings: FLOOR_PLAN.openings.map(({ id, between, zone }) => ({ id, between, kind: 'door', ...(zone && { zone }) })),
}

function house(plan = FLOOR_PLAN) {
  const clock = new VirtualClock()
  const world = createHouseLog(clock)
  const walker = (name: string, options: Partial<WalkerOptions> = {}) =>
    createWalker({ clock, plan, world, name, random: randomStream(7, name), ...options })
  return { clock, world, walker }
}

describe('a person', () => {
  test('comes home: the door opens, they are seen in the hall, it shuts, the sensor rests', async () => {
    const { clock, world, walker } = house()
    const robin = walker('Robin')
    const arrived = robin.walkTo('hall')
    await clock.advance(seconds(60))
    expect(await arrived).toBe(true)
    expect(robin.room).toBe('hall')
    expect(told(world)).toEqual([
      'front-door opens',
      'Robin outside > hall',
      'hall stirs',
      'front-door shuts',
      'hall rests',
    ])
  })

  test.for([1, 2, 3, 4, 5, 6, 7, 8])('takes a usual time for it (seed %i)', async (seed) => {
    const { clock, world, walker } = house()
    void walker('Robin', { random: randomStream(seed, 'steps') }).walkTo('hall')
    await clock.advance(seconds(60))
    const [opens = 0] = timesOf(world, 'front-door opens')
    const [shuts = 0] = timesOf(world, 'front-door shuts')
    const [rests = 0] = timesOf(world, 'hall rests')
    expect(opens).toBeGreaterThanOrEqual(2)
    expect(opens).toBeLessThanOrEqual(6)
    expect(timesOf(world, 'Robin outside > hall')).toEqual([expect.closeTo(opens + 1, 6)])
    expect(shuts - opens).toBeGreaterThanOrEqual(2)
    expect(shuts - opens).toBeLessThanOrEqual(4)
    expect(rests - shuts).toBeGreaterThanOrEqual(10)
    expect(rests - shuts).toBeLessThanOrEqual(30)
  })

  test('goes room by room, and leaves open what stands open', async () => {
    const { clock, world, walker } = house()
    void walker('Robin', { room: 'bedroom' }).walkTo('living')
    await clock.advance(seconds(20))
    expect(told(world)).toEqual([
      'bedroom-door opens',
      'Robin bedroom > hall',
      'hall stirs',
      'bedroom-door shuts',
      'Robin hall > living',
    ])
  })

  test('is there already without a step', async () => {
    const { world, walker } = house()
    expect(await walker('Robin', { room: 'bath' }).walkTo('bath')).toBe(true)
    expect(world.lines).toEqual([])
  })

  test('walks the same steps with the same seed, whoever else walks about', async () => {
    const alone = house()
    void alone.walker('Robin').walkTo('bath')
    await alone.clock.advance(seconds(60))
    const together = house()
    void together.walker('Kim', { room: 'living' }).walkTo('outside')
    void together.walker('Robin').walkTo('bath')
    await together.clock.advance(seconds(60))
    const steps = ({ lines }: { lines: string[] }) => lines.filter((line) => line.includes('Robin'))
    expect(steps(together.world)).toEqual(steps(alone.world))
    expect(steps(alone.world)).toHaveLength(2)
  })

  test('is in one place at a time', async () => {
    const { walker } = house()
    const robin = walker('Robin')
    void robin.walkTo('hall')
    await expect(robin.walkTo('bath')).rejects.toThrow(
      'Cannot let Robin walk to bath as they must be at rest: they walk to hall',
    )
  })

  test('does not get where no way leads, or what is no room', async () => {
    const { world, walker } = house({ ...FLOOR_PLAN, openings: [] })
    await expect(walker('Robin').walkTo('bath')).rejects.toThrow(/from outside to bath/)
    await expect(walker('Robin').walkTo('attic')).rejects.toThrow(RangeError)
    expect(() => walker('Robin', { room: 'attic' })).toThrow(RangeError)
    expect(world.lines).toEqual([])
  })

  test('who is called off in a doorway lets it fall shut, and can go on later', async () => {
    const { clock, world, walker } = house()
    const robin = walker('Robin')
    const off = new AbortController()
    const walk = robin.walkTo('hall', off.signal)
    const rejected = expect(walk).rejects.toThrow('off')
    await clock.advance(seconds(60), { enough: () => world.open.has('front-door') })
    off.abort(new Error('off'))
    await rejected
    expect(told(world)).toEqual(['front-door opens', 'front-door shuts'])
    const again = robin.walkTo('hall')
    await clock.advance(seconds(60))
    expect(await again).toBe(true)
  })

  test('climbs through a window only when told to pass it', async () => {
    const { clock, world, walker } = house()
    const robin = walker('Robin')
    const through = robin.pass('kitchen-window')
    await clock.advance(seconds(10))
    await through
    expect(told(world)).toEqual(['kitchen-window opens', 'Robin outside > kitchen', 'kitchen-window shuts'])
    await expect(robin.pass('front-door')).rejects.toThrow(/they are in kitchen/)
  })
})

describe('two people', () => {
  /** The second comes so long after the first has opened the door. */
  async function bothThroughTheDoor(lateSeconds: number) {
    const { clock, world, walker } = house()
    const random = () => 0.5
    void walker('Robin', { random }).walkTo('hall')
    await clock.advance(seconds(lateSeconds))
    void walker('Kim', { random }).walkTo('hall')
    await clock.advance(seconds(60))
    return world
  }

  test('in one doorway: it is shut once, behind the second', async () => {
    const world = await bothThroughTheDoor(2)
    expect(told(world)).toEqual([
      'front-door opens',
      'Robin outside > hall',
      'hall stirs',
      'Kim outside > hall',
      'front-door shuts',
      'hall rests',
    ])
    expect(timesOf(world, 'front-door opens')).toEqual([4])
    expect(timesOf(world, 'front-door shuts')).toEqual([9])
  })

  test('one after the other: it is opened and shut for each', async () => {
    const world = await bothThroughTheDoor(4)
    expect(timesOf(world, 'front-door opens')).toEqual([4, 8])
    expect(timesOf(world, 'front-door shuts')).toEqual([7, 11])
  })

  test('keep one sensor active between them: it rests after the last has come to rest', async () => {
    const world = await bothThroughTheDoor(4)
    expect(timesOf(world, 'hall stirs')).toEqual([5])
    // Kim stops at 11 s, and the sensor holds for 20.
    expect(timesOf(world, 'hall rests')).toEqual([31])
  })

  test('in two worlds do not meet', async () => {
    const { clock, world, walker } = house()
    const elsewhere = createHouseLog(clock)
    void walker('Robin').walkTo('hall')
    void walker('Kim', { world: elsewhere }).walkTo('hall')
    await clock.advance(seconds(60))
    expect(told(world)).not.toContain('Kim outside > hall')
    expect(told(elsewhere)).toContain('front-door opens')
  })
})

test('whoever moves about is seen for as long, and the sensor holds on', async () => {
  const { clock, world, walker } = house()
  void walker('Robin', { room: 'hall', random: () => 0.5 }).moveAbout(seconds(45))
  await clock.advance(seconds(120))
  expect(world.lines).toEqual(['0 hall stirs', '65 hall rests'])
})

test('a sensor stays active for whoever still moves, after another has stopped', async () => {
  const { clock, world, walker } = house()
  void walker('Robin', { room: 'hall', random: () => 0.5 }).moveAbout(seconds(5))
  void walker('Kim', { room: 'hall', random: () => 0.5 }).moveAbout(seconds(90))
  await clock.advance(seconds(200))
  expect(world.lines).toEqual(['0 hall stirs', '110 hall rests'])
})

test('a sensor that sees somebody again while it holds on stays active', async () => {
  const { clock, world, walker } = house()
  const robin = walker('Robin', { room: 'hall', random: () => 0.5 })
  void robin.moveAbout(seconds(5))
  await clock.advance(seconds(15))
  void robin.moveAbout(seconds(5))
  await clock.advance(seconds(60))
  expect(world.lines).toEqual(['0 hall stirs', '40 hall rests'])
})

describe('a pet', () => {
  const momo = { kind: 'pet', room: 'living' } as const

  test('goes through doors that stand open, and a pet-immune sensor looks over it', async () => {
    const { clock, world, walker } = house()
    const arrived = walker('Momo', momo).walkTo('hall')
    await clock.advance(seconds(60))
    expect(await arrived).toBe(true)
    expect(told(world)).toEqual(['Momo living > hall'])
  })

  test('is seen by any other sensor', async () => {
    const { clock, world, walker } = house(WATCHFUL)
    void walker('Momo', momo).walkTo('hall')
    await clock.advance(seconds(60))
    expect(told(world)).toEqual(['Momo living > hall', 'hall stirs', 'hall rests'])
  })

  test('does not keep a pet-immune sensor active that a person set off', async () => {
    const { clock, world, walker } = house()
    void walker('Robin', { room: 'hall', random: () => 0.5 }).moveAbout(seconds(5))
    void walker('Momo', { ...momo, room: 'hall' }).moveAbout(seconds(300))
    await clock.advance(seconds(400))
    expect(world.lines).toEqual(['0 hall stirs', '25 hall rests'])
  })

  test('stays where a shut door is in its way', async () => {
    const { world, walker } = house()
    const cat = walker('Momo', momo)
    expect(await cat.walkTo('bedroom')).toBe(false)
    expect(cat.room).toBe('living')
    expect(world.lines).toEqual([])
    await expect(walker('Rex', { kind: 'pet', room: 'hall' }).pass('bedroom-door')).rejects.toThrow('pets open nothing')
  })

  test('goes out by its flap, and the door does not open for it', async () => {
    const { clock, world, walker } = house()
    const cat = walker('Momo', momo)
    const out = cat.walkTo('outside')
    await clock.advance(seconds(60))
    expect(await out).toBe(true)
    expect(told(world)).toEqual(['Momo living > kitchen', 'Momo kitchen > outside'])
  })

  test('follows somebody through a door they hold, and is not caught in it', async () => {
    const { clock, world, walker } = house(SHUT)
    void walker('Robin', { room: 'hall', random: () => 0.5 }).walkTo('bedroom')
    await clock.advance(seconds(60), { enough: () => world.open.has('bedroom-door') })
    // Two seconds to the door, which Robin would shut three after opening it: the cat is in the doorway then.
    const follows = walker('Momo', { kind: 'pet', room: 'hall', random: () => 0.1 }).walkTo('bedroom')
    await clock.advance(seconds(60))
    expect(await follows).toBe(true)
    const [crossed = 0] = timesOf(world, 'Momo hall > bedroom')
    const [shut = 0] = timesOf(world, 'bedroom-door shuts')
    expect(shut).toBeGreaterThan(crossed)
    expect(timesOf(world, 'bedroom-door opens')).toHaveLength(1)
  })

  test('gives up where the door was shut before it came', async () => {
    const { clock, world, walker } = house(SHUT)
    void walker('Robin', { room: 'hall', random: () => 0.5 }).walkTo('bedroom')
    await clock.advance(seconds(60), { enough: () => world.open.has('bedroom-door') })
    const follows = walker('Momo', { kind: 'pet', room: 'hall', random: () => 0.9 }).walkTo('bedroom')
    await clock.advance(seconds(60))
    expect(await follows).toBe(false)
    expect(told(world)).not.toContain('Momo hall > bedroom')
  })
})
