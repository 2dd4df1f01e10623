import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWithin, matches } from '../../../hub/broker/filter.ts'

test.for([
  ['homie/5/a/b', 'homie/5/#', true],
  ['homie/5', 'homie/5/#', true],
  ['homie/5/#', 'homie/5/#', true],
  ['homie/5/+/x', 'homie/5/#', true],
  ['homie/+/a', 'homie/5/#', false],
  ['+/5/a', 'homie/5/#', false],
  ['#', 'homie/5/#', false],
  ['+/+/#', 'homie/5/#', false],
  ['$share/g/homie/5/a', 'homie/5/#', false],
  ['homie/5/d/a/b/set', 'homie/5/d/+/+/set', true],
  ['homie/5/d/+/+/set', 'homie/5/d/+/+/set', true],
  ['homie/5/d/#', 'homie/5/d/+/+/set', false],
  ['homie/5/d/+/+/+', 'homie/5/d/+/+/set', false],
  ['homie/5/e/a/b/set', 'homie/5/d/+/+/set', false],
  ['homie/5/d/a/b/set/more', 'homie/5/d/+/+/set', false],
] as const)('%s within %s: %s', ([inner, outer, expected]) => {
  expect(isWithin(inner, outer)).toBe(expected)
})

const level = fc.constantFrom('a', 'b', '', '$x')
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, deep]) => [...levels, ...(deep ? ['#'] : [])].join('/'))

test('whatever a filter matches is matched by every filter it lies within', () => {
  fc.assert(
    fc.property(filter, filter, topic, (inner, outer, name) => {
      fc.pre(isWithin(inner, outer) && matches(inner, name) && !name.startsWith('$'))
      return matches(outer, name)
    }),
    { numRuns: 2000 },
  )
})
