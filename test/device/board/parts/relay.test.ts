import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { BoardError } from '../../../../device/board/error.ts'
import { openRelay } from '../../../../device/board/parts/relay.ts'
import { createPlace } from '../site.ts'

test.for([
  { active: 1, off: 0, on: 1 },
  { active: 0, off: 1, on: 0 },
] as const)(
  'a relay that is active at level $active is off at start, and off again at the end',
  async ({ active, off, on }) => {
    const { io, site } = await createPlace()
    const relay = await openRelay(site, { pin: 17, active })
    expect(io.levelOf(17)).toBe(off)
    relay.set(true)
    expect(io.levelOf(17)).toBe(on)
    relay[Symbol.dispose]()
    expect(io.levelOf(17)).toBe(off)
  },
)

test('a line that another program holds is said once, tried again, and then gets what is wanted by then', async () => {
  const { io, clock, site, said } = await createPlace()
  io.held.add(17)
  const relay = await openRelay(site, { pin: 17, active: 1 })
  relay.set(true)
  await clock.advance(seconds(60))
  expect(io.levelOf(17)).toBeUndefined()
  io.held.clear()
  await clock.advance(seconds(10))
  expect(io.levelOf(17)).toBe(1)
  expect(said).toEqual([
    'GPIO17: a part of the board does not work: it is tried again',
    'GPIO17: a part of the board works again',
  ])
})

test('a line that was lost and found again gets what is wanted once more', async () => {
  const { io, site } = await createPlace()
  const relay = await openRelay(site, { pin: 17, active: 1 })
  relay.set(true)
  site.notices.heard({ type: 'trouble', part: 'GPIO17', error: new BoardError('missing', 'gone') })
  io.digitalWrite(17, 0)
  site.notices.heard({ type: 'recovered', part: 'GPIO17' })
  expect(io.levelOf(17)).toBe(1)
})

test('a relay that was on and takes no off is stuck on until a later attempt arrives', async () => {
  const { io, clock, site, said } = await createPlace()
  const told: object[] = []
  const relay = await openRelay(site, { pin: 17, active: 1 }, (trouble) => told.push(trouble))
  relay.set(true)
  io.held.add(17)
  expect(() => relay.mustObeyOff()).not.toThrow()
  relay.set(false)
  expect(() => relay.mustObeyOff()).toThrow('Cannot switch GPIO17 off as its line must take it: it may be on')
  relay.set(false)
  expect(told).toEqual([{ obeys: false, stuckOn: true }])
  io.held.clear()
  await clock.advance(seconds(10))
  expect(io.levelOf(17)).toBe(0)
  expect(() => relay.mustObeyOff()).not.toThrow()
  expect(told.at(-1)).toEqual({ obeys: true, stuckOn: false })
  expect(said).toHaveLength(2)
})

test('a relay that takes no on, or never was on, is told and no danger', async () => {
  const { io, site } = await createPlace()
  const told: object[] = []
  io.held.add(17)
  const relay = await openRelay(site, { pin: 17, active: 1 }, (trouble) => told.push(trouble))
  relay.set(true)
  relay.set(false)
  expect(() => relay.mustObeyOff()).not.toThrow()
  expect(told).toEqual([{ obeys: false, stuckOn: false }])
})

test('a relay that is on and could not be told so again is stuck on once it shall be off', async () => {
  const { io, site } = await createPlace()
  const relay = await openRelay(site, { pin: 17, active: 1 })
  relay.set(true)
  io.held.add(17)
  relay.set(true)
  expect(() => relay.mustObeyOff()).not.toThrow()
  relay.set(false)
  expect(() => relay.mustObeyOff()).toThrow('it may be on')
})
