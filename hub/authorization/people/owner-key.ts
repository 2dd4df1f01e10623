// The one-time key that makes the owner's account: printed at start, kept in memory only, gone once there is an owner.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

export interface OwnerKey {
  /** What the link carries behind its #. */
  readonly text: string
  matches(text: string): boolean
}

export function createOwnerKey(): OwnerKey {
  const text = randomBytes(24).toString('base64url')
  const wanted = hash('sha256', text, 'buffer')
  return { text, matches: (tried) => timingSafeEqual(hash('sha256', tried, 'buffer'), wanted) }
}
