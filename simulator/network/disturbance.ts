// What people write down for a bad network.
import { millis } from '#contract/time.ts'
import { type Length, lengthOf } from '../length.ts'
import type { Mischief } from './packets.ts'

/**
 * What happens to messages on their way, each a share of 0 to 1: `drop`, `double`, `reorder` (comes after the one that follows it). Whole
 * PUBLISH packets are meant; acknowledgements and all else pass. `topic` limits it to topics that begin so, `way` to one direction.
 */
export type Disturbance = Omit<Mischief, 'delay'> & { readonly delay?: Length }

const KNOWN: readonly string[] = ['drop', 'double', 'reorder', 'delay', 'topic', 'way'] satisfies (keyof Disturbance)[]

/** Throws a `RangeError` for shares that are none, and for what is not known: a word misspelt would disturb nothing. */
export function readDisturbance(disturbance: Disturbance): Mischief {
  const strange = Object.keys(disturbance).find((name) => !KNOWN.includes(name))
  if (strange !== undefined) {
    throw new RangeError(`Cannot disturb messages as it must be by ${KNOWN.join(', ')}: got "${strange}"`)
  }
  const { delay, ...shares } = disturbance
  const { drop = 0, double = 0, reorder = 0 } = shares
  for (const share of [drop, double, reorder, drop + double + reorder]) {
    if (share >= 0 && share <= 1) continue
    throw new RangeError(`Cannot disturb messages as shares, and their sum, must be from 0 to 1: got ${share}`)
  }
  return { ...shares, delay: delay === undefined ? millis(0) : lengthOf(delay) }
}
