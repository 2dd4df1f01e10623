import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { createGuesses } from '../../../hub/authorization/guesses.ts'
import { createAddressLimiter, createLimiter } from '../../../hub/authorization/limiter.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

/** How many of `times` tries of `key` are allowed. */
const tryAll = (limiter: ReturnType<typeof createLimiter>, key: string, times: number): number => {
  let allowed = 0
  for (let n = 0; n < times; n++) {
    if (!limiter.allows(key)) continue
    limiter.count(key)
    allowed += 1
  }
  return allowed
}

test('each has a number of tries, which come back evenly with time', async () => {
  const clock = new VirtualClock()
  const limiter = createLimiter({ tries: 10, window: minutes(10), clock })
  expect(tryAll(limiter, 'a', 300)).toBe(10)
  expect(tryAll(limiter, 'b', 3)).toBe(3)
  await clock.advance(seconds(59))
  expect(limiter.allows('a')).toBe(false)
  await clock.advance(seconds(1))
  expect(tryAll(limiter, 'a', 300)).toBe(1)
  await clock.advance(minutes(10))
  expect(tryAll(limiter, 'a', 300)).toBe(10)
})

test('getting it right gives one try back, and no wrong one is forgotten', () => {
  const limiter = createLimiter({ tries: 3, window: minutes(10), clock: new VirtualClock() })
  tryAll(limiter, 'a', 2)
  limiter.giveBack('a')
  expect(tryAll(limiter, 'a', 5)).toBe(2)
  limiter.giveBack('nobody')
  expect(tryAll(limiter, 'nobody', 5)).toBe(3)
})

test('a flood of names does not fill the memory, and does not free those who are blocked now', () => {
  const limiter = createLimiter({ tries: 3, window: minutes(10), clock: new VirtualClock() })
  for (let n = 0; n < 9_000; n++) limiter.count(`address ${n}`)
  tryAll(limiter, 'guesser', 5)
  for (let n = 0; n < 900; n++) limiter.count(`other ${n}`)
  expect(limiter.allows('guesser')).toBe(false)
})

test('who has a network of IPv6 has the tries of one address', () => {
  const limiter = createAddressLimiter({ tries: 10, window: minutes(10), clock: new VirtualClock() })
  let allowed = 0
  for (let n = 0; n < 50; n++) allowed += tryAll(limiter, `2001:db8:1:2::${n.toString(16)}`, 1)
  expect(allowed).toBe(10)
  limiter.giveBack('2001:db8:1:2:f::1')
  expect(limiter.allows('2001:db8:1:2::1')).toBe(true)
  expect(tryAll(limiter, '2001:db8:1:3::1', 20)).toBe(10)
  expect(tryAll(limiter, '192.0.2.1', 20) + tryAll(limiter, '192.0.2.2', 20)).toBe(20)
})

test('names as long as a form leave no more behind than short ones', () => {
  const guesses = createGuesses(new VirtualClock())
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 9_000; n++) {
    guesses.take({ address: `10.0.${n >> 8}.${n & 255}`, name: `${n} ${'x'.repeat(16_000)}` })
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(80e6)
})
