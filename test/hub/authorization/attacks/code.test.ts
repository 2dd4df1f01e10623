// Attacks on the authorization code: stolen, used twice, injected, without its proof (RFC 9700 §4.2, §4.5, §4.8).
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import type { Person } from '../../../person.ts'
import { CALLBACK, post, register } from '../flows/apps.ts'
import { letIn as invite } from '../newcomer.ts'
import {
  ask,
  askForTokens,
  authorizeUrl,
  challengeOf,
  codeFor,
  letIn,
  openAttackRoom,
  redeem,
  refresh,
  VERIFIER,
} from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const BOTH = { grant_types: ['authorization_code', 'refresh_token'] }
const app = await register(server, BOTH)
const spa = await register(server, { ...BOTH, token_endpoint_auth_method: 'none' })
const native = await register(server, { ...BOTH, token_endpoint_auth_method: 'none', application_type: 'native' })
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

test('a code that is used again gets nothing, and ends what the first use was given', async () => {
  const code = await codeFor(room, app)
  const first = await redeem(server, app, code)
  expect(first.status).toBe(200)
  expect(await redeem(server, app, code)).toMatchObject(INVALID_GRANT)
  expect(await refresh(server, app, first.body.refresh_token)).toMatchObject(INVALID_GRANT)
  const { grant_id: grantId } = decodeJwt(String(first.body.access_token))
  expect(server.ended).toContain(grantId)
  await expect(server.authorization.verifier.verify(String(first.body.access_token))).rejects.toThrow('was ended')
})

test('eight redemptions of one code at the same moment: exactly one wins', async () => {
  const code = await codeFor(room, spa)
  const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(server, spa, code)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)])
  expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(7)
})

test.for([
  { what: 'without a verifier', verifier: '', error: 'invalid_grant' },
  { what: 'with another verifier', verifier: 'x'.repeat(43), error: 'invalid_grant' },
  { what: 'with the challenge in place of the verifier', verifier: challengeOf(VERIFIER), error: 'invalid_grant' },
  { what: 'with a verifier that is too short', verifier: 'short', error: 'invalid_request' },
  { what: 'with a verifier of other letters', verifier: `${'ä'.repeat(43)}`, error: 'invalid_request' },
])('a stolen code $what: $error', async ({ verifier, error }) => {
  const code = await codeFor(room, spa)
  const { status, body } = await redeem(server, spa, code, { code_verifier: verifier })
  expect({ status, error: body.error }).toEqual({ status: 400, error })
  expect(body.error_description).toMatch(/\w/)
})

test('a secret does not stand in for the verifier: PKCE is for everybody', async () => {
  const code = await codeFor(room, app)
  expect(await redeem(server, app, code, { code_verifier: '' })).toMatchObject(INVALID_GRANT)
})

test.for([
  { what: 'no challenge', more: { code_challenge: undefined, code_challenge_method: undefined } },
  { what: 'the method plain', more: { code_challenge: VERIFIER, code_challenge_method: 'plain' } },
  { what: 'no method, which means plain', more: { code_challenge_method: undefined } },
  { what: 'a method of another spelling', more: { code_challenge_method: 's256' } },
  { what: 'a challenge that is no hash', more: { code_challenge: 'short' } },
  { what: 'a method and no challenge', more: { code_challenge: undefined } },
])('a request with $what goes no further, for a program with a secret and without', async ({ more }) => {
  for (const program of [app, spa, native]) {
    const answer = await ask(authorizeUrl(server, program, { prompt: undefined, ...more }))
    const back = new URL(answer.headers.get('location') ?? 'about:blank')
    expect([answer.status, back.searchParams.get('error')]).toEqual([303, 'invalid_request'])
    expect(back.searchParams.get('error_description')).toMatch(/PKCE|code_challenge/)
    expect(back.searchParams.get('iss')).toBe(server.url.origin)
    expect(back.searchParams.get('state')).toBe('s-1')
  }
})

test('a code is of no use to another program, with its own secret or in the name of the first', async () => {
  const code = await codeFor(room, app)
  expect(await redeem(server, spa, code)).toMatchObject(INVALID_GRANT)
  const thief = await askForTokens(
    server,
    { ...spa, client_id: app.client_id },
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
  )
  expect(thief).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
})

test('a code that was sent to one place is not redeemed for another', async () => {
  const code = await codeFor(room, app)
  expect(await redeem(server, app, code, { redirect_uri: `${CALLBACK}/other` })).toMatchObject(INVALID_GRANT)
})

test('a code of another server, of another form or of none is refused alike', async () => {
  for (const code of ['x', 'x'.repeat(43), '../../etc/passwd', '\u0000', 'null']) {
    expect(await redeem(server, app, code)).toMatchObject(INVALID_GRANT)
  }
})

test('every answer says whose it is, and that it would say so: no mix-up (RFC 9207)', async () => {
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', server.url))).json()
  expect(metadata).toMatchObject({
    issuer: server.url.origin,
    authorization_response_iss_parameter_supported: true,
  })
  expect((await letIn(room, app)).searchParams.get('iss')).toBe(server.url.origin)
  const refused = await ask(authorizeUrl(server, app, { prompt: 'none' }))
  const back = new URL(refused.headers.get('location') ?? 'about:blank')
  expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'login_required', iss: server.url.origin })
})

test('a program that means somebody gets nobody else (OpenID Connect Core §3.1.2.1, id_token_hint)', async () => {
  const app = await register(server)
  const { body } = await redeem(server, app, await codeFor(room, app))
  const kim = await invite(server, 'Kim', 'member')
  const follow = async (person: Person, more: Record<string, string | undefined>): Promise<URL> => {
    const { pathname, search } = authorizeUrl(server, app, { id_token_hint: String(body.id_token), ...more })
    return person.follow(`${pathname}${search}`, (to) => to.origin !== server.url.origin)
  }
  for (const prompt of [undefined, 'none', 'consent']) {
    const back = await follow(kim, { prompt })
    expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['login_required', null])
  }
  expect((await follow(owner, { prompt: undefined })).searchParams.get('code')).toMatch(/./)
})

test('prompt=none never stands for a yes', async () => {
  const other = await register(server)
  const { pathname, search } = authorizeUrl(server, other, { prompt: 'none' })
  const back = await owner.follow(`${pathname}${search}`, (to) => to.origin !== server.url.origin)
  expect(back.searchParams.get('error')).toBe('consent_required')
})

test('a native program asks each time: another on the same machine can pretend to be it (RFC 8252 §8.6)', async () => {
  await codeFor(room, native)
  const { pathname, search } = authorizeUrl(server, native, { prompt: undefined })
  expect((await owner.get(`${pathname}${search}`)).text).toContain('Let Dashboard in?')
})

test.for([
  { what: 'the verifier', more: { code_verifier: 'x'.repeat(43) }, said: /code_verifier/ },
  { what: 'the address', more: { redirect_uri: `${CALLBACK}/other` }, said: /redirect_uri mismatch/ },
  { what: 'the code', more: { code: 'x' }, said: /authorization code not found/ },
])('a developer is told that $what is wrong, in letters that RFC 6749 §5.2 allows', async ({ more, said }) => {
  const { body } = await redeem(server, app, await codeFor(room, app), more)
  expect(body.error_description).toMatch(said)
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
})

test('a code is not bought with the wrong grant type, and a refresh token is no code', async () => {
  const code = await codeFor(room, app)
  for (const grant of ['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code', 'client_credentials', 'x']) {
    const { body } = await redeem(server, app, code, { grant_type: grant, refresh_token: code, device_code: code })
    expect(['invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request']).toContain(body.error)
  }
  const { body } = await redeem(server, app, code)
  expect(await redeem(server, app, String(body.refresh_token))).toMatchObject(INVALID_GRANT)
})

test('a response type that puts the access token or the code in the front is not offered', async () => {
  for (const type of ['token', 'code token', 'code id_token', 'code id_token token', 'id_token token', 'none', 'xyz']) {
    const answer = await ask(authorizeUrl(server, app, { response_type: type, nonce: 'n' }))
    const location = answer.headers.get('location') ?? ''
    expect(location).toMatch(/error=(unsupported_response_type|unauthorized_client)/)
    expect(location).not.toContain('token=')
  }
})

test('the code is answered in the query or a form, and not in a fragment that scripts and histories keep', async () => {
  const answer = await ask(authorizeUrl(server, app, { response_mode: 'web_message' }))
  expect(answer.headers.get('location')).toMatch(/error=(unsupported_response_mode|invalid_request)/)
})

test('neither code nor verifier belongs in an address: the token endpoint reads the body of a POST only', async () => {
  const code = await codeFor(room, app)
  const query = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK })
  expect((await fetch(new URL(`/oauth/token?${query}`, server.url))).status).toBe(405)
  const empty = await post(server, `/oauth/token?${query}&client_id=${app.client_id}`, {})
  expect(await empty.json()).toMatchObject({ error: 'invalid_request' })
})
