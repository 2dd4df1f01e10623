// A client's secret is random and long, so its hash says nothing about it and need not be slow; a copied database opens nothing.
import { hash, timingSafeEqual } from 'node:crypto'

const PREFIX = 'sha256.'

/** Whether this is what is kept of a secret, and not a secret. */
export const isKept = (text: string): boolean => text.startsWith(PREFIX)

/** What is kept of a secret. What was kept before stays as it is: a client that changes itself is saved again. */
export const keptSecret = (secret: string): string =>
  isKept(secret) ? secret : `${PREFIX}${hash('sha256', secret, 'base64url')}`

export function secretMatches(secret: string, kept: string): boolean {
  // One that begins like a kept one would otherwise be its own hash.
  if (isKept(secret)) return false
  return timingSafeEqual(hash('sha256', keptSecret(secret), 'buffer'), hash('sha256', kept, 'buffer'))
}
