// The household as a resource server (RFC 8707): what its access tokens are, whoever gets one.
import { AUDIENCE, type Scope } from '#contract/scopes.ts'
import type { Millis } from '#contract/time.ts'

/** A JWT (RFC 9068) that can hold at most these scopes. */
export const homeResource = (scopes: readonly Scope[], lifetime: Millis) => ({
  scope: scopes.join(' '),
  audience: AUDIENCE,
  accessTokenTTL: Math.ceil(lifetime / 1000),
  accessTokenFormat: 'jwt' as const,
  jwt: { sign: { alg: 'ES256' as const } },
})
