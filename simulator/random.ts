// Chance that can be repeated: one seed, and one stream of numbers for each device and purpose, so that adding a device moves nothing of
// what happens to another.
import { createHash } from 'node:crypto'

/** Uniform in [0, 1), like `Math.random`, and the same for the same seed and purpose on every machine. */
export type Random = () => number

/** The stream of `seed` for `purpose`, such as `thermostat/noise`: sfc32 (Doty-Humphrey, PractRand), keyed by SHA-256 of both. */
export function randomStream(seed: number, purpose: string): Random {
  const key = createHash('sha256').update(`${seed}/${purpose}`).digest()
  let a = key.readInt32LE(0)
  let b = key.readInt32LE(4)
  let c = key.readInt32LE(8)
  let counter = 1
  return () => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}

/** Normally distributed with mean 0 and deviation 1 (Box and Muller 1958). */
export function normal(random: Random): number {
  // 1 − u lies in (0, 1]: the logarithm of nothing is not asked for.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
