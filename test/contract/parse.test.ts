// What somebody reads whose file, message or request has the wrong shape.
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { decode, decodeJson, ParseError } from '#contract/parse.ts'

const schema = v.strictObject({
  name: v.string(),
  count: v.optional(v.number()),
  on: v.optional(v.boolean()),
  colour: v.optional(v.picklist(['red', 'green'])),
  sizes: v.optional(v.array(v.pipe(v.number(), v.maxValue(9, 'a size is 9 at most')))),
  inner: v.optional(v.object({ kind: v.literal('EC') })),
})

test.for<readonly [unknown, string]>([
  [{}, 'at "name" as it must be there: got nothing'],
  [{ name: 1 }, 'at "name" as it must be a string: got a number'],
  [{ name: undefined }, 'at "name" as it must be a string: got nothing'],
  [{ name: 'x', cuont: 1 }, 'at "cuont" as it must not be there: no such key is known'],
  [{ name: 'x', count: '1' }, 'at "count" as it must be a number: got a string'],
  [{ name: 'x', on: 'yes' }, 'at "on" as it must be true or false: got a string'],
  [{ name: 'x', colour: 'blue' }, 'at "colour" as it must be one of "red", "green": got a string'],
  [{ name: 'x', sizes: 4 }, 'at "sizes" as it must be an array: got a number'],
  [{ name: 'x', sizes: [1, 10] }, 'at "sizes.1" as it is refused: a size is 9 at most'],
  [{ name: 'x', inner: [] }, 'at "inner.kind" as it must be there: got nothing'],
  [{ name: 'x', inner: { kind: 'RSA' } }, 'at "inner.kind" as it must be "EC": got a string'],
  [[], 'at "name" as it must be there: got nothing'],
  ['x', 'as it must be an object: got a string'],
])('%j: %s', ([input, words]) => {
  const act = () => decode(schema, input, 'the file')
  expect(act).toThrow(new ParseError(`Cannot read the file ${words}`))
})

test('text that is no JSON is told by its length and never by itself', () => {
  expect(() => decodeJson(schema, '', 'the body')).toThrow(/the body as it must be JSON: got nothing$/)
  expect(() => decodeJson(schema, 'hunter2', 'the body')).toThrow(/as it must be JSON: got 7 characters that are not$/)
})
