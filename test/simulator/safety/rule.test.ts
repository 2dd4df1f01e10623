import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { heldFor } from '../../../simulator/safety/rule.ts'

test.for([
  {
    what: 'until it has held so long',
    seen: [
      [0, true],
      [59.999, true],
    ],
    held: false,
  },
  {
    what: 'from then on',
    seen: [
      [0, true],
      [60, true],
    ],
    held: true,
  },
  {
    what: 'only from when it began',
    seen: [
      [0, false],
      [30, true],
      [89, true],
    ],
    held: false,
  },
  {
    what: 'from when it began',
    seen: [
      [0, false],
      [30, true],
      [90, true],
    ],
    held: true,
  },
  {
    what: 'and not across a break, however short',
    seen: [
      [0, true],
      [50, true],
      [50, false],
      [50, true],
      [100, true],
    ],
    held: false,
  },
  {
    what: 'and no longer once it ends',
    seen: [
      [0, true],
      [60, true],
      [61, false],
    ],
    held: false,
  },
  {
    what: 'though nobody looked in between',
    seen: [
      [0, true],
      [3600, true],
    ],
    held: true,
  },
] as const)('a condition holds $what', ({ seen, held }) => {
  const forAMinute = heldFor(seconds(60))
  let last = false
  for (const [second, condition] of seen) last = forAMinute(condition, seconds(second))
  expect(last).toBe(held)
})

test('two watches of one rule remember apart', () => {
  const [one, other] = [heldFor(seconds(60)), heldFor(seconds(60))]
  one(true, seconds(0))
  expect([one(true, seconds(60)), other(true, seconds(60))]).toEqual([true, false])
})
