import { expect, test } from 'vitest'
import { backOff } from '../../../device/link/back-off.ts'

const longest = (attempt: number) => backOff(attempt, () => 1)

test('retries come soon at first, then less and less often, and at least once a minute', () => {
  expect([0, 1, 2, 5].map(longest)).toEqual([1000, 1500, 2250, 7593.75])
  expect(longest(12)).toBe(60_000)
  expect(longest(1_000_000)).toBe(60_000)
})

test('a house full of devices does not come back in one instant, and none hammers the hub', () => {
  expect(backOff(8, () => 0.25)).toBe(longest(8) / 4)
  expect(backOff(8, () => 0)).toBe(100)
})
