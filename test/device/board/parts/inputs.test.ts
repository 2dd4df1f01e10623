import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { openButton } from '../../../../device/board/parts/button.ts'
import { openContact } from '../../../../device/board/parts/contact.ts'
import { openMotion } from '../../../../device/board/parts/motion.ts'
import { openSetupKey } from '../../../../device/board/parts/setup-key.ts'
import { bounced, createPlace } from '../site.ts'

const input = (active: 0 | 1, pull: 'up' | 'down' | 'none' = 'up') => ({ pin: 5, active, pull, debounceMillis: 0 })

test('a contact tells where it is, and each change', async () => {
  const { io, site } = await createPlace()
  const heard: boolean[] = []
  await openContact(site, input(1), (open) => heard.push(open))
  await bounced()
  io.turn(5, 0)
  await bounced()
  io.turn(5, 1)
  await bounced()
  expect(heard).toEqual([true, false, true])
})

test.for([
  { pull: 'up', asked: 1 },
  { pull: 'down', asked: 0 },
  { pull: 'none', asked: undefined },
] as const)('a contact with the pull "$pull" asks for the resistor $asked', async ({ pull, asked }) => {
  const { io, site } = await createPlace()
  await openContact(site, input(1, pull), () => {})
  expect(io.pullOf(5)).toBe(asked)
})

test('a contact whose line is held is opened once it is free', async () => {
  const { io, clock, site, said } = await createPlace()
  const heard: boolean[] = []
  io.held.add(5)
  await openContact(site, input(1), (open) => heard.push(open))
  await clock.advance(seconds(30))
  await bounced()
  expect(heard).toEqual([])
  io.held.clear()
  await clock.advance(seconds(10))
  await bounced()
  expect(heard).toEqual([true])
  expect(said).toHaveLength(2)
})

test('a key tells each press', async () => {
  const { io, site } = await createPlace()
  let presses = 0
  await openButton(site, input(0), () => presses++)
  for (const level of [0, 1, 0, 1] as const) {
    await bounced()
    io.turn(5, level)
  }
  await bounced()
  expect(presses).toBe(2)
})

test('a key that is stuck when the device starts is pressed by nobody', async () => {
  const { io, site } = await createPlace()
  let presses = 0
  await openButton(site, input(0, 'none'), () => presses++)
  await bounced()
  expect(presses).toBe(0)
  io.turn(5, 1)
  await bounced()
  io.turn(5, 0)
  await bounced()
  expect(presses).toBe(1)
})

test('a motion detector is not believed until it has settled', async () => {
  const { io, clock, site } = await createPlace()
  const heard: boolean[] = []
  await openMotion(site, input(1, 'down'), (moves) => heard.push(moves))
  io.turn(5, 1)
  await bounced()
  io.turn(5, 0)
  await bounced()
  expect(heard).toEqual([])
  await clock.advance(seconds(30))
  expect(heard).toEqual([false])
  io.turn(5, 1)
  await bounced()
  expect(heard).toEqual([false, true])
})

test('the setup key: pressed it wants a new code, held for ten seconds it wants everything as new', async () => {
  const { io, clock, site } = await createPlace()
  const wishes: string[] = []
  using _ = await openSetupKey(site, input(0), (wish) => wishes.push(wish))
  const turn = async (level: 0 | 1) => {
    io.turn(5, level)
    await bounced()
  }
  await bounced()
  await turn(1)
  await turn(0)
  await clock.advance(seconds(2))
  await turn(1)
  expect(wishes).toEqual(['pair'])
  await turn(0)
  await clock.advance(seconds(10))
  expect(wishes).toEqual(['pair', 'reset'])
  // Letting go is no wish of its own.
  await turn(1)
  expect(wishes).toEqual(['pair', 'reset'])
})

test('a setup key that is stuck resets nothing, power cut after power cut', async () => {
  const { io, clock, site } = await createPlace()
  const wishes: string[] = []
  io.turn(5, 0)
  using _ = await openSetupKey(site, input(0), (wish) => wishes.push(wish))
  await bounced()
  await clock.advance(seconds(60))
  expect(wishes).toEqual([])
})
