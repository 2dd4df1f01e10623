// Authorization Code with PKCE for a program of somebody else's, by a client that nobody here wrote.
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { becomeOwner } from '../../../person.ts'
import { type Server, startServer } from '../server.ts'
import { answerConsent, basic, CALLBACK, post, type Registered, register } from './apps.ts'

const discover = (server: Server, { client_id, client_secret }: Registered) =>
  client.discovery(
    server.url,
    client_id,
    undefined,
    client_secret === undefined ? client.None() : client.ClientSecretBasic(client_secret),
    { execute: [client.allowInsecureRequests] },
  )

async function begin(config: client.Configuration, scope: string, more: Record<string, string> = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: CALLBACK, scope, state, nonce },
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  })
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } }
}

test('a person sees who asks for what, says yes, and the program gets that and no more', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server, {}, { scopes: ['home:read', 'climate:control'] }))
  const { url, checks } = await begin(config, 'openid profile home:read climate:control security:disarm')
  const page = await owner.get(`${url.pathname}${url.search}`)
  expect(page.text).toContain('Let Dashboard in?')
  expect(page.text).toContain('127.0.0.1:4711')
  expect(page.text).toContain('Change the temperature')
  // Not the program's to ask for, so nobody is asked.
  expect(page.text).not.toContain('Disarm')
  const back = await owner.follow(page.url.pathname, (to) => to.origin !== server.url.origin, { answer: 'approved' })
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    ...{ aud: AUDIENCE, role: 'owner', scope: 'home:read climate:control' },
  })
  expect(tokens.claims()).toMatchObject({ name: 'Robin', sub: decodeJwt(tokens.access_token).sub })
})

test('a no is told to the program, and the next time the person is asked again', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server))
  const { url, checks } = await begin(config, 'openid home:read')
  const back = await answerConsent(owner, url, 'denied')
  await expect(client.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'access_denied' })
  const again = await begin(config, 'openid home:read')
  expect((await owner.get(`${again.url.pathname}${again.url.search}`)).text).toContain('Let Dashboard in?')
})

test('who said yes is not asked for the same again in this browser, but for anything more', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server))
  await answerConsent(owner, (await begin(config, 'openid home:read')).url, 'approved')
  const same = await begin(config, 'openid home:read')
  const back = await owner.follow(`${same.url.pathname}${same.url.search}`, (to) => to.origin !== server.url.origin)
  expect(back.searchParams.has('code')).toBe(true)
  const more = await begin(config, 'openid home:read security:disarm')
  const page = await owner.get(`${more.url.pathname}${more.url.search}`)
  expect(page.text).toContain('Disarm the security panel')
  expect(page.text).not.toContain('See every device')
})

test('a program that wants to know who it is, and nothing of the home, gets a token for userinfo', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server))
  const { url, checks } = await begin(config, 'openid profile')
  const tokens = await client.authorizationCodeGrant(config, await answerConsent(owner, url, 'approved'), checks)
  const sub = tokens.claims()?.sub ?? expect.unreachable()
  expect(await client.fetchUserInfo(config, tokens.access_token, sub)).toEqual({ sub, name: 'Robin' })
  const introspected = await client.tokenIntrospection(config, tokens.access_token)
  expect(introspected).toMatchObject({ active: true, sub })
  await client.tokenRevocation(config, tokens.access_token)
  expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
})

test('a question that was answered says so in another tab, and sends people back to the program', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const { url } = await begin(await discover(server, await register(server)), 'openid home:read')
  const page = await owner.get(`${url.pathname}${url.search}`)
  await owner.follow(page.url.pathname, (target) => target.origin !== url.origin, { answer: 'approved' })
  for (const again of [
    await owner.get(page.url.pathname),
    await owner.post(page.url.pathname, { answer: 'approved' }),
  ]) {
    expect(again).toMatchObject({ status: 400, text: expect.stringContaining('answered before') })
  }
})

test('who brings a token for the home to userinfo is told which one it wants', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server))
  const { url, checks } = await begin(config, 'openid home:read')
  const tokens = await client.authorizationCodeGrant(config, await answerConsent(owner, url, 'approved'), checks)
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const answer = await fetch(new URL('/oauth/userinfo', server.url), { headers })
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({
    error_description: expect.stringContaining('asked for without a scope of the home'),
  })
})

test('access tokens for the home can be introspected and revoked although they are JWTs', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server))
  const { url, checks } = await begin(config, 'openid home:read')
  const tokens = await client.authorizationCodeGrant(config, await answerConsent(owner, url, 'approved'), checks)
  expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
    ...{ active: true, scope: 'home:read', token_type: 'Bearer', aud: AUDIENCE },
  })
  // Another program may ask, as a resource server; a stranger may not.
  const other = await register(server, { grant_types: ['client_credentials'], redirect_uris: [] })
  const asked = await post(server, '/oauth/introspect', { token: tokens.access_token }, { authorization: basic(other) })
  expect(await asked.json()).toMatchObject({ active: true })
  expect((await post(server, '/oauth/introspect', { token: tokens.access_token })).status).toBe(400)
  // Another's token is not its to revoke, and it does not learn that.
  await post(server, '/oauth/revoke', { token: tokens.access_token }, { authorization: basic(other) })
  expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true })
  await client.tokenRevocation(config, tokens.access_token)
  expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  expect(server.ended).toContain(decodeJwt(tokens.access_token).grant_id)
})

test('the refresh token of a public program changes with every use, and the second use of one ends all', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const spa = await register(server, {
    ...{ token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] },
  })
  expect(spa.client_secret).toBeUndefined()
  const config = await discover(server, spa)
  const { url, checks } = await begin(config, 'openid home:read offline_access', { prompt: 'consent' })
  const tokens = await client.authorizationCodeGrant(config, await answerConsent(owner, url, 'approved'), checks)
  const first = tokens.refresh_token ?? expect.unreachable()
  const second = await client.refreshTokenGrant(config, first)
  expect(second.refresh_token).not.toBe(first)
  await expect(client.refreshTokenGrant(config, first)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(client.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('a program that was let in offline stays when the person signs out; another does not', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const kept = await discover(server, await register(server, { grant_types: ['authorization_code', 'refresh_token'] }))
  const ended = await discover(server, await register(server, { grant_types: ['authorization_code', 'refresh_token'] }))
  const offline = await begin(kept, 'openid home:read offline_access', { prompt: 'consent' })
  const here = await begin(ended, 'openid home:read')
  const keptTokens = await client.authorizationCodeGrant(
    kept,
    await answerConsent(owner, offline.url, 'approved'),
    offline.checks,
  )
  const endedTokens = await client.authorizationCodeGrant(
    ended,
    await answerConsent(owner, here.url, 'approved'),
    here.checks,
  )
  await owner.post('/sign-out', {})
  await client.refreshTokenGrant(kept, keptTokens.refresh_token ?? '')
  await expect(client.refreshTokenGrant(ended, endedTokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('a pushed authorization request keeps what is asked for out of the address, and is used once', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const config = await discover(server, await register(server, { require_pushed_authorization_requests: true }))
  const verifier = client.randomPKCECodeVerifier()
  const url = await client.buildAuthorizationUrlWithPAR(config, {
    ...{ redirect_uri: CALLBACK, scope: 'openid home:read', code_challenge_method: 'S256' },
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
  })
  expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
  const back = await answerConsent(owner, url, 'approved')
  await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })
  const refusal = async (again: URL) => {
    const ended = await owner.follow(`${again.pathname}${again.search}`, (to) => to.origin !== server.url.origin)
    return ended.searchParams.get('error')
  }
  const plain = await begin(config, 'openid home:read')
  expect(await refusal(plain.url)).toBe('invalid_request')
  expect(await refusal(url)).toBe('invalid_request_uri')
})
