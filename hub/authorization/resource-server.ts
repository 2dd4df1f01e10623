// The household as a resource server (RFC 8707): what its access tokens are, and what of it a client may have.
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { isDeviceId } from '#contract/ids.ts'
import { AUDIENCE, isScope, ROLE_CEILING, type Scope } from '#contract/scopes.ts'
import type { Millis } from '#contract/time.ts'
import { scopesOfApp } from './clients/app-policy.ts'
import { PAGE_CLIENT } from './page-client.ts'

/** A JWT (RFC 9068) that can hold at most these scopes. */
export const homeResource = (scopes: readonly Scope[], lifetime: Millis) => ({
  scope: scopes.join(' '),
  audience: AUDIENCE,
  accessTokenTTL: Math.ceil(lifetime / 1000),
  accessTokenFormat: 'jwt' as const,
  jwt: { sign: { alg: 'ES256' as const } },
})

/** What a client may ever have of the home; within that a person gives it what they themselves may do. */
export function scopesOf({
  clientId,
  ...client
}: {
  readonly clientId: string
  readonly [property: string]: unknown
}): readonly Scope[] {
  if (clientId === PAGE_CLIENT) return ROLE_CEILING.owner
  return isDeviceId(clientId) ? ['device'] : scopesOfApp(client)
}

export const isForItself = (ctx: KoaContextWithOIDC): boolean => ctx.oidc.params?.grant_type === 'client_credentials'

/** Nobody stands behind a program that acts for itself, so it manages nobody. A token for nothing would only puzzle its developer. */
export function scopesForItself(ctx: KoaContextWithOIDC, scopes: readonly Scope[]): readonly Scope[] {
  const may = scopes.filter((scope) => scope !== 'home:admin')
  if (may.some((scope) => ctx.oidc.requestParamScopes.has(scope))) return may
  const asked = [...ctx.oidc.requestParamScopes].join(' ')
  // RFC 6749 §3.3: without a scope it is refused as well, rather than given what nobody asked for.
  throw new errors.InvalidScope(`ask for one or more of: ${may.join(' ')}`, asked)
}

export const wantsHome = (ctx: KoaContextWithOIDC): boolean => [...ctx.oidc.requestParamScopes].some(isScope)
