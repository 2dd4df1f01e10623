// Introspection (RFC 7662) and revocation (RFC 7009) of access tokens that are JWTs, which the library leaves out.
import type Provider from 'oidc-provider'
import { isDeviceId } from '#contract/ids.ts'
import type { AccessTokenClaims } from '../access-token.ts'

export function answerForStructuredTokens(
  provider: Provider,
  options: {
    /** Undefined for what is not, or not any more, a token of ours. */
    readonly verify: (token: string) => Promise<AccessTokenClaims | undefined>
    /** Ends a grant with its tokens and connections. */
    readonly endGrant: (grantId: string) => void
  },
): void {
  provider.use(async (ctx, next) => {
    await next()
    const route = ctx.oidc?.route
    if (route !== 'introspection' && route !== 'revocation') return
    // RFC 7009 §2.2 leaves the body open, and simple-oauth2 takes nothing but JSON.
    if (route === 'revocation' && ctx.status === 200) ctx.body = {}
    // The client has proved who it is by now: the library asks for that first.
    if (ctx.body?.error !== 'unsupported_token_type' || ctx.oidc.client === undefined) return
    const claims = await options.verify(String(ctx.oidc.params?.token))
    if (
      route === 'revocation' &&
      claims !== undefined &&
      isOwn(claims) &&
      claims.client_id === ctx.oidc.client.clientId
    ) {
      // RFC 7009 §2.2.1. To say 200 would be to say that it is of no use any more.
      ctx.body.error_description =
        'the access token of a program itself ends within minutes, or when the program is removed'
      return
    }
    ctx.status = 200
    if (route === 'introspection') {
      ctx.body = claims !== undefined && mayIntrospect(ctx.oidc.client, claims) ? describe(claims) : { active: false }
      return
    }
    ctx.body = {}
    // "200 also for an invalid token": nobody learns whose it was.
    if (claims !== undefined && claims.client_id === ctx.oidc.client.clientId) options.endGrant(claims.grant_id)
  })
}

/** It stands on the program and not on a grant. */
const isOwn = ({ client_id, grant_id }: AccessTokenClaims): boolean => client_id === grant_id

/** Its own, or any for a client that proves who it is and is no device: a resource server of the household. */
export function mayIntrospect(
  client: ClientFacts | undefined,
  token: { readonly client_id: string | undefined },
): boolean {
  if (client === undefined) return false
  if (client.clientId === token.client_id) return true
  return client.clientAuthMethod !== 'none' && !isDeviceId(client.clientId)
}

interface ClientFacts {
  readonly clientId: string
  readonly clientAuthMethod?: string | undefined
}

const describe = ({ scope, client_id, sub, aud, iss, exp, iat, jti, cnf, role }: AccessTokenClaims) => ({
  active: true,
  ...{ scope, client_id, sub, aud, iss, exp, iat, jti, role, cnf },
  token_type: cnf === undefined ? 'Bearer' : 'DPoP',
})
