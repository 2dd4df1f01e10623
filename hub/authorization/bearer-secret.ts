// What opens something to whoever holds it: a cookie, the link of an invitation, an app password. Random, and kept as its hash, so that a
// copied database opens nothing.
import { hash, randomBytes } from 'node:crypto'

/** 256 random bits, as cookies and URLs take them; with its 43 characters long enough for a code verifier (RFC 7636 §4.1). */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** The same for people to copy: a double click selects it as one word, and by its prefix scanners of code and logs know what got lost. */
export const newPrefixedSecret = (prefix: string): string => `${prefix}${randomBytes(32).toString('hex')}`

/** What is kept. As fast as can be: 256 random bits cannot be guessed from their hash, so it need not be slow as a person's password's must. */
export const hashOf = (secret: string): string => hash('sha256', secret, 'base64url')
