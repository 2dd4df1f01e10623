// oauth4webapi, on what anybody finds out by themselves: discovery, registration, the code flow with DPoP up to the API, and a device.
import * as oauth from 'oauth4webapi'
import { afterAll, expect, test } from 'vitest'
import { openHubRoom } from '../../hub-room.ts'
import { answerConsent, CALLBACK } from './apps.ts'

const room = await openHubRoom()
afterAll(() => room[Symbol.asyncDispose]())
const { publicUrl } = room.hub
const insecure = { [oauth.allowInsecureRequests]: true }
const server = await oauth.processDiscoveryResponse(publicUrl, await oauth.discoveryRequest(publicUrl, insecure))

/** As an owner lets a program be registered, and the program registers. */
async function registerProgram(metadata: oauth.JsonObject & Partial<oauth.Client>): Promise<oauth.Client> {
  const wanted = { name: 'Dashboard', scopes: ['home:read', 'climate:control'] }
  const allowed = await room.ask('POST', '/api/registration-tokens', await room.accessToken(), wanted)
  const { token } = (await allowed.json()) as { token: string }
  const request = { client_name: 'Dashboard', redirect_uris: [CALLBACK], ...metadata }
  const options = { ...insecure, initialAccessToken: token }
  const response = await oauth.dynamicClientRegistrationRequest(server, request, options)
  return oauth.processDynamicClientRegistrationResponse(response)
}

test('oauth4webapi gets a bound token by a code, asks the API with it, refreshes, and revokes', async () => {
  const client = await registerProgram({
    ...{ token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true },
    grant_types: ['authorization_code', 'refresh_token'],
  })
  const keys = await oauth.generateKeyPair('ES256')
  const DPoP = oauth.DPoP(client, keys)
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    ...{ client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code', state, nonce, prompt: 'consent' },
    ...{ scope: 'openid home:read offline_access', code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  }).toString()
  const back = oauth.validateAuthResponse(server, client, await answerConsent(room.owner, url, 'approved'), state)
  const none = oauth.None()
  const answer = await oauth.authorizationCodeGrantRequest(server, client, none, back, CALLBACK, verifier, {
    ...{ ...insecure, DPoP },
  })
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: nonce })
  expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'home:read' })
  expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ iss: publicUrl.origin, aud: client.client_id })
  await oauth.validateApplicationLevelSignature(server, answer, insecure)

  const me = new URL('/api/me', publicUrl)
  const asked = await oauth.protectedResourceRequest(tokens.access_token, 'GET', me, undefined, undefined, {
    ...{ ...insecure, DPoP },
  })
  expect(await asked.json()).toMatchObject({ name: 'Robin', scopes: ['home:read'] })
  await expect(
    oauth.protectedResourceRequest(tokens.access_token, 'GET', me, undefined, undefined, insecure),
  ).rejects.toBeInstanceOf(oauth.WWWAuthenticateChallengeError)

  const refreshToken = tokens.refresh_token ?? expect.unreachable()
  const again = await oauth.refreshTokenGrantRequest(server, client, none, refreshToken, { ...insecure, DPoP })
  const next = await oauth.processRefreshTokenResponse(server, client, again)
  const revoked = await oauth.revocationRequest(server, client, none, next.refresh_token ?? '', insecure)
  await oauth.processRevocationResponse(revoked)
  const over = await oauth
    .protectedResourceRequest(next.access_token, 'GET', me, undefined, undefined, {
      ...{ ...insecure, DPoP },
    })
    .catch((error: oauth.WWWAuthenticateChallengeError) => error)
  expect(over).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
})

test('oauth4webapi lets a device in', async () => {
  const keys = await oauth.generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  const wanted = { client_name: 'Breakfast', device_kind: 'toaster', jwks: { keys: [{ kty, crv, x, y }] } }
  const registered = await oauth.dynamicClientRegistrationRequest(server, wanted as Partial<oauth.Client>, insecure)
  const client = await oauth.processDynamicClientRegistrationResponse(registered)
  const byKey = oauth.PrivateKeyJwt(keys.privateKey)
  const asked = await oauth.deviceAuthorizationRequest(server, client, byKey, { scope: 'device' }, insecure)
  const { user_code: code, device_code: deviceCode } = await oauth.processDeviceAuthorizationResponse(
    ...([server, client, asked] as const),
  )
  const poll = async () => {
    const polled = await oauth.deviceCodeGrantRequest(server, client, byKey, deviceCode, insecure)
    return oauth.processDeviceCodeResponse(server, client, polled)
  }
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' })
  await room.owner.post('/pair', { user_code: code, answer: 'approved' })
  expect(await poll()).toMatchObject({ token_type: 'bearer', scope: 'device' })
})

test('oauth4webapi gets tokens for a service, pushes a request and introspects', async () => {
  const client = await registerProgram({ grant_types: ['client_credentials', 'authorization_code'] })
  const secret = oauth.ClientSecretBasic(String(client.client_secret))
  const scope = new URLSearchParams({ scope: 'home:read' })
  const answer = await oauth.clientCredentialsGrantRequest(server, client, secret, scope, insecure)
  const { access_token: token } = await oauth.processClientCredentialsResponse(server, client, answer)
  const introspected = await oauth.introspectionRequest(server, client, secret, token, insecure)
  expect(await oauth.processIntrospectionResponse(server, client, introspected)).toMatchObject({ active: true })
  const pushed = await oauth.pushedAuthorizationRequest(
    ...([server, client, secret] as const),
    new URLSearchParams({
      ...{ client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'home:read' },
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
      code_challenge_method: 'S256',
    }),
    insecure,
  )
  const { request_uri: uri } = await oauth.processPushedAuthorizationResponse(server, client, pushed)
  expect(uri).toMatch(/^urn:ietf:params:oauth:request_uri:/)
})
