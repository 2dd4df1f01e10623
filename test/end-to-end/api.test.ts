// The JSON API, and what signing out ends.
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { signIn, startTestHome, until } from '../home.ts'
import { createBareDevice } from '../hub/authorization/device-client.ts'
import { watch } from '../watcher.ts'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('says who is there and who asks, to those who may know', async () => {
  await using home = await startTestHome()
  const url = home.home.hub.publicUrl
  const id = await home.pair('thermostat')
  const token = await home.accessToken()
  const devices = await fetch(new URL('/api/devices', url), bearer(token))
  expect(await devices.json()).toEqual({
    devices: [
      {
        id,
        kind: 'thermostat',
        name: 'Thermostat',
        room: null,
        pairedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        address: '127.0.0.1',
      },
    ],
  })
  const me = await fetch(new URL('/api/me', url), bearer(token))
  expect(await me.json()).toMatchObject({
    name: 'Robin',
    role: 'owner',
    scopes: expect.arrayContaining(['home:admin']),
  })
})

test('refuses in the words of RFC 9457: no token, a bad one, one that is not enough, and what is not there', async () => {
  await using home = await startTestHome()
  const url = home.home.hub.publicUrl
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(new URL(path, url), init)
    const type = response.headers.get('content-type')
    return {
      status: response.status,
      type,
      problem: (await response.json()) as object,
      challenge: response.headers.get('www-authenticate'),
    }
  }
  const problem = 'application/problem+json'
  // RFC 9728 §5.1.
  const challenge = `Bearer realm="latchkey", resource_metadata="${url.href}.well-known/oauth-protected-resource", `
  expect(await ask('/api/devices')).toMatchObject({
    ...{
      status: 401,
      type: problem,
      challenge: expect.stringContaining(`${challenge}DPoP `),
    },
  })
  expect(await ask('/api/devices', bearer('a.b.c'))).toMatchObject({
    ...{ status: 401, type: problem },
    challenge: expect.stringContaining(`${challenge}error="invalid_token"`),
  })
  const little = await signIn(url, home.owner, 'openid home:read')
  expect(await ask('/api/devices/toaster-zzzzzz', { method: 'DELETE', ...bearer(little) })).toMatchObject({
    status: 403,
    problem: { title: expect.any(String), status: 403, detail: 'This needs the scope home:admin' },
  })
  expect(
    await ask('/api/devices/toaster-zzzzzz', { method: 'DELETE', ...bearer(await home.accessToken()) }),
  ).toMatchObject({ status: 404 })
  expect(await ask('/api/nothing')).toMatchObject({ status: 404, type: problem })
})

test('says without a token where tokens come from', async () => {
  await using home = await startTestHome()
  const { publicUrl } = home.home.hub
  const read = async (path: string) => (await fetch(new URL(path, publicUrl))).json()
  expect(await read('/.well-known/oauth-protected-resource')).toMatchObject({
    ...{ resource: publicUrl.origin, authorization_servers: [publicUrl.origin], bearer_methods_supported: ['header'] },
    scopes_supported: expect.arrayContaining(['device', 'home:read']),
  })
  expect(await read('/api/sign-in')).toMatchObject({
    ...{ issuer: publicUrl.origin, clientId: 'latchkey-page', own: true },
    parameters: { resource: 'urn:latchkey:home' },
  })
  expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({ issuer: publicUrl.origin })
})

test('a device cannot use the API with its token', async () => {
  await using home = await startTestHome()
  const url = home.home.hub.publicUrl
  const device = await createBareDevice(url)
  const { deviceCode, userCode } = await device.askForCode()
  await home.owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const { body } = await device.redeem(deviceCode)
  expect((await fetch(new URL('/api/devices', url), bearer(String(body.access_token)))).status).toBe(403)
})

test('the API describes itself', async () => {
  await using home = await startTestHome()
  const response = await fetch(new URL('/api/openapi.json', home.home.hub.publicUrl))
  const document = (await response.json()) as { openapi: string; paths: Record<string, object> }
  expect(document.openapi).toMatch(/^3\.1/)
  expect(Object.keys(document.paths).sort()).toEqual([
    ...['/app-passwords', '/app-passwords/{id}', '/audit', '/clients', '/clients/{id}', '/devices', '/devices/{id}'],
    ...['/invitations', '/invitations/{id}', '/me', '/people', '/people/{id}'],
    ...['/registration-tokens', '/registration-tokens/{id}', '/sign-in'],
  ])
  expect(JSON.stringify(document)).toContain('pairedAt')
})

test('signing out ends the tokens of that browser, and its connection, at once', async () => {
  await using home = await startTestHome()
  const url = home.home.hub.publicUrl
  const config = await client.discovery(url, 'latchkey-page', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const verifier = client.randomPKCECodeVerifier()
  const start = client.buildAuthorizationUrl(config, {
    redirect_uri: `${url.origin}/`,
    scope: 'openid home:read',
    resource: AUDIENCE,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await home.owner.follow(`${start.pathname}${start.search}`, (to) => to.searchParams.has('code'))
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })
  await using phone = await watch({ port: home.home.hub.mqttPort ?? 0, token: tokens.access_token })
  await home.owner.post('/sign-out', {})
  await until(() => !phone.client.connected, 'the connection to end')
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  expect((await fetch(new URL('/api/me', url), bearer(tokens.access_token))).status).toBe(401)
})
