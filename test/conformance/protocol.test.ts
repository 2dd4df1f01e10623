// What the specifications say of an answer, word by word, and no story elsewhere tells.
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { authorizeUrl, codeFor, openAttackRoom, redeem, told } from '../hub/authorization/attacks/room.ts'
import { createBareDevice } from '../hub/authorization/device-client.ts'
import { answerConsent, basic, post, register } from '../hub/authorization/flows/apps.ts'

const room = await openAttackRoom()
const { server, owner } = room
const BOTH = { grant_types: ['authorization_code', 'refresh_token'] }
const HERE = 'https://dash.example/callback'
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const metadata = async () =>
  (await (await fetch(new URL('/.well-known/oauth-authorization-server', server.url))).json()) as Record<
    string,
    unknown
  >

test('a device is answered with codes that cannot be guessed, where to go, for how long and how often, and no cache keeps it', async () => {
  const device = await createBareDevice(server.url)
  const form = { client_id: device.id, client_assertion: await device.assertion(), client_assertion_type: TYPE }
  const answer = await post(server, '/oauth/device_authorization', { ...form, scope: 'device' })
  expect(answer.headers.get('cache-control')).toContain('no-store')
  const body = (await answer.json()) as Record<string, string>
  const page = new URL('/pair', server.url).href
  expect(body).toEqual({
    ...{ device_code: expect.stringMatching(/^[\w-]{43}$/), expires_in: 600, interval: 1, verification_uri: page },
    user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    verification_uri_complete: `${page}?user_code=${body.user_code}`,
  })
})

test('a code that nobody answered in time is expired_token to the device and too old to the person', async () => {
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  server.database
    .prepare("UPDATE oidc SET expires_at=1, payload=json_set(payload, '$.exp', 1) WHERE user_code=?")
    .run(userCode.replace('-', ''))
  expect(await device.redeem(deviceCode)).toMatchObject({ status: 400, body: { error: 'expired_token' } })
  expect((await owner.get(`/pair?user_code=${userCode}`)).status).toBe(410)
  expect((await owner.post('/pair', { user_code: userCode, answer: 'approved' })).status).toBe(410)
})

test('the metadata names what devices, programs and proofs need', async () => {
  expect(await metadata()).toMatchObject({
    device_authorization_endpoint: new URL('/oauth/device_authorization', server.url).href,
    pushed_authorization_request_endpoint: new URL('/oauth/par', server.url).href,
    registration_endpoint: new URL('/oauth/register', server.url).href,
    grant_types_supported: expect.arrayContaining([
      ...['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
      'urn:ietf:params:oauth:grant-type:device_code',
    ]),
    token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'client_secret_basic', 'none']),
    response_modes_supported: expect.arrayContaining(['form_post', 'query']),
    backchannel_logout_supported: true,
    subject_types_supported: ['public'],
  })
})

test('an access token has the type and every claim of RFC 9068, and says whose it is', async () => {
  const app = await register(server, BOTH)
  const { body } = await redeem(server, app, await codeFor(room, app))
  const token = String(body.access_token)
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
  expect(decodeJwt(token)).toEqual({
    ...{ iss: server.url.origin, aud: AUDIENCE, client_id: app.client_id, scope: 'home:read', role: 'owner' },
    ...{ sub: expect.stringMatching(/^[0-9a-f-]{36}$/), jti: expect.stringMatching(/^[\w-]{20,}$/) },
    ...{ iat: expect.any(Number), exp: expect.any(Number), auth_time: expect.any(Number) },
    grant_id: expect.any(String),
  })
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
})

test.for([
  { what: 'for another audience', claims: { aud: 'https://elsewhere.example' } },
  { what: 'for two audiences', claims: { aud: [AUDIENCE, 'https://elsewhere.example'] } },
  { what: 'by another issuer', claims: { iss: 'https://elsewhere.example' } },
  { what: 'that has expired', claims: { exp: 1 } },
  { what: 'without an end', claims: { exp: undefined } },
  { what: 'that begins later', claims: { nbf: 4_000_000_000 } },
  { what: 'of the type JWT', claims: {}, typ: 'JWT' },
  { what: 'without a type', claims: {}, typ: undefined },
])('a token $what, signed by our own key, is none of ours', async ({ what: _, claims, ...header }) => {
  const app = await register(server)
  const { body } = await redeem(server, app, await codeFor(room, app))
  const key = server.keys.signing.keys.find(({ alg }) => alg === 'ES256') ?? expect.unreachable()
  const typ = 'typ' in header ? header.typ : 'at+jwt'
  const payload: Record<string, unknown> = { ...decodeJwt(String(body.access_token)), ...claims }
  const signed = await new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...(typ !== undefined && { typ }) })
    .sign(await importJWK(key))
  await expect(server.authorization.verifier.verify(signed)).rejects.toThrow('Cannot admit')
})

test('a pushed request is answered with 201, its name, how long it lives, and no cache keeps it', async () => {
  const app = await register(server)
  const asked = Object.fromEntries(authorizeUrl(server, app).searchParams)
  const answer = await post(server, '/oauth/par', asked, { authorization: basic(app) })
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store'])
  expect(await answer.json()).toEqual({
    ...{ request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/), expires_in: 60 },
  })
  for (const [headers, error] of [
    [{}, /invalid_client|invalid_request/],
    [{ authorization: basic({ ...app, client_secret: 'wrong' }) }, /invalid_client/],
  ] as const) {
    expect((await told(await post(server, '/oauth/par', asked, headers))).body.error).toMatch(error)
  }
  const wrong = { ...asked, redirect_uri: 'https://evil.example/' }
  const refused = await told(await post(server, '/oauth/par', wrong, { authorization: basic(app) }))
  expect(refused).toMatchObject({ status: 400, body: { error: expect.stringMatching(/redirect_uri|invalid_request/) } })
})

test('an ID token has what OpenID Connect Core §2 asks, the nonce that was sent, and auth_time where max_age was', async () => {
  const app = await register(server, { ...BOTH, id_token_signed_response_alg: 'RS256' })
  const code = await codeFor(room, app, { nonce: 'n-1', max_age: '3600' })
  const idToken = String((await redeem(server, app, code)).body.id_token)
  expect(decodeProtectedHeader(idToken).alg).toBe('RS256')
  const claims = decodeJwt(idToken)
  expect(claims).toMatchObject({
    ...{ iss: server.url.origin, aud: app.client_id, nonce: 'n-1', sub: expect.any(String) },
    ...{ iat: expect.any(Number), exp: expect.any(Number), auth_time: expect.any(Number) },
  })
  expect(claims.exp).toBeGreaterThan(claims.iat ?? 0)
})

test('without openid there is no ID token, and offline_access without a person’s yes is nothing', async () => {
  const app = await register(server, BOTH)
  const { body } = await redeem(server, app, await codeFor(room, app, { scope: 'home:read' }))
  expect(body).not.toHaveProperty('id_token')
  const { pathname, search } = authorizeUrl(server, app, {
    ...{ scope: 'openid home:read offline_access', prompt: undefined },
  })
  const asked = await owner.get(`${pathname}${search}`)
  expect(asked.text).not.toContain('Keep this until you take it back')
})

test('userinfo is asked by GET and by POST, by the header or the form, and tells the same subject', async () => {
  const app = await register(server)
  const { body } = await redeem(server, app, await codeFor(room, app, { scope: 'openid profile' }))
  const token = String(body.access_token)
  const url = new URL('/oauth/userinfo', server.url)
  const headers = { authorization: `Bearer ${token}` }
  const wanted = { sub: decodeJwt(String(body.id_token)).sub, name: 'Robin' }
  expect(await (await fetch(url, { headers })).json()).toEqual(wanted)
  expect(await (await fetch(url, { method: 'POST', headers })).json()).toEqual(wanted)
  expect(await (await post(server, '/oauth/userinfo', { access_token: token })).json()).toEqual(wanted)
  const refused = await fetch(url, { headers: { authorization: 'Bearer x' } })
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ])
})

test('an ID token in the front needs a nonce, and travels in a form', async () => {
  const app = await register(server, {
    ...{ response_types: ['id_token'], grant_types: ['implicit'], redirect_uris: [HERE] },
  })
  const ask = (more: Record<string, string | undefined>) =>
    authorizeUrl(server, app, {
      ...{ redirect_uri: HERE, response_type: 'id_token', response_mode: 'form_post', scope: 'openid', ...more },
      ...{ code_challenge: undefined, code_challenge_method: undefined },
    })
  const without = await fetch(ask({}), { redirect: 'manual' })
  expect(await without.text()).toContain('invalid_request')
  const { pathname, search } = ask({ nonce: 'n-1' })
  const page = await owner.get(`${pathname}${search}`)
  const answer = await owner.post(page.url.pathname, { answer: 'approved' })
  expect(answer.text).toMatch(/<form [^>]*method="post"/)
  for (const name of ['id_token', 'state']) expect(answer.text).toContain(`name="${name}"`)
})

test('who signs out by a program’s link comes back to it, with the state that was sent', async () => {
  const app = await register(server, { post_logout_redirect_uris: ['https://dash.example/bye'] })
  const back = await answerConsent(owner, authorizeUrl(server, app), 'approved')
  const { body } = await redeem(server, app, back.searchParams.get('code') ?? '')
  const query = new URLSearchParams({
    ...{ id_token_hint: String(body.id_token), post_logout_redirect_uri: 'https://dash.example/bye', state: 'after' },
  })
  const page = await owner.get(`/oauth/end-session?${query}`)
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? []
  const form = { xsrf, logout: 'yes' }
  const gone = await owner.follow('/oauth/end-session/confirm', (to) => to.origin !== server.url.origin, form)
  expect(gone.href).toBe('https://dash.example/bye?state=after')
  expect((await owner.get('/account')).url.pathname).toBe('/sign-in')
})
