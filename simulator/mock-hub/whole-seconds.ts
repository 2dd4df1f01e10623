// Lengths of time that go over the wire in whole seconds (`expires_in`, `interval`).
import type { Millis } from '#contract/time.ts'
import { type Length, lengthOf } from '../length.ts'

/** Throws a `RangeError` for less than a second and for fractions. `name` is what was wrong. */
export function wholeSeconds(length: Length, name: string): Millis {
  const read = lengthOf(length)
  if (read >= 1000 && read % 1000 === 0) return read
  throw new RangeError(`Cannot use ${name} as it must be whole seconds, one at least: got ${length}`)
}
