// The owner's access token, as the phone page gets it.
import * as client from 'openid-client'
import { AUDIENCE } from '#contract/scopes.ts'
import type { Person } from './person.ts'

export const HOME_SCOPES = 'openid home:read climate:control toaster:control security:arm security:disarm home:admin'

/** An access token through the code flow, as the phone page gets it. */
export async function signIn(
  issuer: URL,
  person: Person,
  scope = HOME_SCOPES,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  return (await signInForTokens(issuer, person, scope, extra)).access_token
}

/** All that the page gets. `extra` is added to the authorization request. */
export async function signInForTokens(
  issuer: URL,
  person: Person,
  scope = HOME_SCOPES,
  extra: Readonly<Record<string, string>> = {},
): Promise<client.TokenEndpointResponse> {
  const config = await client.discovery(issuer, 'latchkey-page', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: `${issuer.origin}/`, scope, resource: AUDIENCE, state, ...extra },
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await person.follow(`${url.pathname}${url.search}`, (target) => target.searchParams.has('code'))
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  return client.authorizationCodeGrant(config, back, checks)
}
