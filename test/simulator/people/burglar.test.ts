import { describe, expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { burgle } from '../../../simulator/people/burglar.ts'
import { FLOOR_PLAN } from '../../../simulator/people/plan.ts'
import { createWalker } from '../../../simulator/people/walker.ts'
import { randomStream } from '../../../simulator/random.ts'
import { createHouseLog, timesOf, told } from './house-log.ts'

async function burglary({ by = 'front-door', seed = 1 }: { by?: string; seed?: number } = {}) {
  const clock = new VirtualClock()
  const world = createHouseLog(clock)
  const start = clock.now()
  const burgling = burgle({ clock, plan: FLOOR_PLAN, random: randomStream(seed, 'burglar'), world, by })
  await clock.advance(minutes(30))
  const { enteredAt, leftAt, searched } = await burgling
  return { clock, world, searched, enteredSeconds: (enteredAt - start) / 1000, leftSeconds: (leftAt - start) / 1000 }
}

test.for([
  { by: 'front-door', into: 'hall' },
  { by: 'back-door', into: 'kitchen' },
  { by: 'kitchen-window', into: 'kitchen' },
])('comes by the $by, leaves it open, and goes as they came', async ({ by, into }) => {
  const { world } = await burglary({ by })
  const lines = told(world)
  expect(lines.slice(0, 2)).toEqual([`${by} opens`, `burglar outside > ${into}`])
  expect(lines.filter((line) => line.endsWith('> outside'))).toEqual([`burglar ${into} > outside`])
  expect(lines.filter((line) => line.endsWith('shuts'))).toEqual([])
  expect(world.open).toContain(by)
})

describe.for([1, 2, 3, 4, 5])('with seed %i', (seed) => {
  test('every room is searched once, in a few minutes', async () => {
    const { searched, enteredSeconds, leftSeconds } = await burglary({ seed })
    expect([...searched].sort()).toEqual(['bath', 'bedroom', 'hall', 'kitchen', 'living'])
    expect(enteredSeconds).toBeLessThan(30)
    expect(leftSeconds - enteredSeconds).toBeGreaterThan(100)
    expect(leftSeconds - enteredSeconds).toBeLessThan(8 * 60)
  })

  test('the hall sees them as they come in, and rests when they are gone', async () => {
    const { world, enteredSeconds, leftSeconds } = await burglary({ seed })
    expect(timesOf(world, 'hall stirs')[0]).toBe(enteredSeconds)
    expect(world.active).toEqual(new Set())
    expect(timesOf(world, 'hall rests').at(-1)).toBeLessThanOrEqual(leftSeconds + 30)
  })
})

test('the same seed is the same burglary, and another is another', async () => {
  const [one, same, other] = [await burglary({ seed: 3 }), await burglary({ seed: 3 }), await burglary({ seed: 4 })]
  expect(same.world.lines).toEqual(one.world.lines)
  expect(other.world.lines).not.toEqual(one.world.lines)
})

test('the rooms are searched in no fixed order', async () => {
  const orders = await Promise.all([1, 2, 3, 4, 5].map(async (seed) => (await burglary({ seed })).searched.join()))
  expect(new Set(orders).size).toBeGreaterThan(2)
})

test('who is caught searches no further, and what was forced stays open', async () => {
  const clock = new VirtualClock()
  const world = createHouseLog(clock)
  const caught = new AbortController()
  const burgling = burgle({
    ...{ clock, plan: FLOOR_PLAN, random: randomStream(1, 'burglar'), world, by: 'kitchen-window' },
    signal: caught.signal,
  })
  const rejected = expect(burgling).rejects.toThrow('caught')
  await clock.advance(minutes(2), { enough: () => world.open.has('kitchen-window') })
  caught.abort(new Error('caught'))
  await rejected
  await clock.advance(minutes(5))
  expect(told(world)).toEqual(['kitchen-window opens'])
})

test('the next to come home shuts the door that was left open', async () => {
  const { clock, world } = await burglary()
  void createWalker({ clock, plan: FLOOR_PLAN, random: randomStream(1, 'Robin'), world, name: 'Robin' }).walkTo('hall')
  await clock.advance(seconds(60))
  expect(world.open).not.toContain('front-door')
})

test.for(['hall-motion', 'living-door', 'chimney'])('%s is no way in', async (by) => {
  const clock = new VirtualClock()
  const world = createHouseLog(clock)
  await expect(burgle({ clock, plan: FLOOR_PLAN, random: randomStream(1, 'burglar'), world, by })).rejects.toThrow(
    `Cannot break in by ${by} as the ways in are front-door, back-door, kitchen-window`,
  )
})
