// A client library that nobody here wrote, against our authorization server.

import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { becomeOwner, OWNER } from '../../person.ts'
import { startServer } from './server.ts'

async function register(url: URL) {
  const keys = await client.randomDPoPKeyPair('ES256', { extractable: true })
  const jwk = await crypto.subtle.exportKey('jwk', keys.publicKey)
  const { kty, crv, x, y } = jwk
  return client.dynamicClientRegistration(
    url,
    { client_name: 'Hall', device_kind: 'thermostat', jwks: { keys: [{ kty, crv, x, y }] } },
    client.PrivateKeyJwt(keys.privateKey),
    { execute: [client.allowInsecureRequests] },
  )
}

test('openid-client registers, is approved through the device flow, and refreshes without rotation', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await register(server.url)
  expect(config.clientMetadata()).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' })

  const asked = await client.initiateDeviceAuthorization(config, { scope: 'device' })
  expect(asked).toMatchObject({ interval: 1, verification_uri: new URL('/pair', server.url).href })
  const page = await owner.get(`/pair?user_code=${asked.user_code}`)
  expect(page.text).toContain(asked.user_code)
  expect(page.text).toContain('Hall')

  const polled = client.pollDeviceAuthorizationGrant(config, asked)
  const approved = await owner.post('/pair', { user_code: asked.user_code, answer: 'approved' })
  expect(approved.text).toContain('It is let in')
  const tokens = await polled
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    iss: server.url.origin,
    aud: AUDIENCE,
    scope: 'device',
    client_id: config.clientMetadata().client_id,
    grant_id: expect.any(String),
  })
  expect(decodeJwt(tokens.access_token)).not.toHaveProperty('role')

  const refreshToken = tokens.refresh_token ?? ''
  const again = await client.refreshTokenGrant(config, refreshToken)
  expect(again.refresh_token ?? refreshToken).toBe(refreshToken)
  await client.refreshTokenGrant(config, refreshToken)
  await client.tokenRevocation(config, refreshToken)
  await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(server.ended).toEqual([decodeJwt(tokens.access_token).grant_id])
})

test('openid-client signs a person in through the code flow with PKCE, with the scopes of the role', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await client.discovery(server.url, 'latchkey-page', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${server.url.origin}/`,
    scope: 'openid home:read climate:control home:admin device',
    resource: AUDIENCE,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await owner.follow(`${url.pathname}${url.search}`, (target) => target.searchParams.has('code'))
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state })
  expect(tokens.claims()).toMatchObject({ iss: server.url.origin })
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    role: 'owner',
    scope: 'home:read climate:control home:admin',
    client_id: 'latchkey-page',
  })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  expect(OWNER.name).toBe('Robin')
})
