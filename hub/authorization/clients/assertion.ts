// How long a client's assertion may live. RFC 7523 §3 leaves it to the server what is "unreasonably far in the future", and so does the
// library.
import { errors } from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'

/** A minute is usual. */
const LONGEST_SECONDS = 300
const CLOCKS_DIFFER_SECONDS = 60

/** Looks at the claims of an assertion whose signature is right. Throws an `invalid_client`. */
export function checkLifetime({ exp, iat }: { readonly exp?: unknown; readonly iat?: unknown }, clock: Clock): void {
  const now = Math.floor(clock.now() / 1000)
  // One that is made ahead of its time waits for whoever finds it.
  if (iat !== undefined && !(Number(iat) - now <= CLOCKS_DIFFER_SECONDS)) {
    throw new errors.InvalidClientAuth('iat is in the future: compare your clock with the Date of this answer')
  }
  // Its id is remembered until it ends, so that it is used once: nobody shall fill the disk with ids that never end.
  if (Number(exp) - now > LONGEST_SECONDS) {
    throw new errors.InvalidClientAuth(`a client assertion must end within ${LONGEST_SECONDS} seconds`)
  }
}
