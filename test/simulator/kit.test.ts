// What `latchkey/simulator` offers, by the door that installed packages come in.
import { expect, test } from 'vitest'
import * as types from '../../simulator/kit.ts'

test('the door offers everything that its types promise', async () => {
  // Typed by kit.ts, as package.json says.
  const door = (await import('../../simulator/kit.mjs' as string)) as object
  expect(Object.keys(door).sort()).toEqual(Object.keys(types).sort())
})
