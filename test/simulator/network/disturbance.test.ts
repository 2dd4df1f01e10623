import { expect, test } from 'vitest'
import { readDisturbance } from '../../../simulator/network/disturbance.ts'

test('reads shares and a delay', () => {
  expect(readDisturbance({ drop: 0.1, delay: '2s', topic: 'homie/' })).toEqual({
    drop: 0.1,
    delay: 2000,
    topic: 'homie/',
  })
})

test.for([
  { given: { drop: 1.5 }, says: 'must be from 0 to 1: got 1.5' },
  { given: { drop: 0.6, double: 0.6 }, says: 'must be from 0 to 1: got 1.2' },
  { given: { drpo: 0.5 }, says: 'it must be by drop, double, reorder, delay, topic, way: got "drpo"' },
  { given: { delay: 'soon' }, says: 'it must be like 8h' },
])('refuses $given', ({ given, says }) => {
  expect(() => readDisturbance(given)).toThrow(says)
})
