// Attacks on what lasts: refresh tokens, scopes, revocation, introspection (RFC 9700 §4.14; RFC 7009, RFC 7662).
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { createBareDevice } from '../device-client.ts'
import { basic, post, register } from '../flows/apps.ts'
import { askForTokens, codeFor, openAttackRoom, redeem, refresh, type Told, told } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const BOTH = { grant_types: ['authorization_code', 'refresh_token'] }
const app = await register(server, BOTH)
const other = await register(server, BOTH)
const spa = await register(server, { ...BOTH, token_endpoint_auth_method: 'none' })
const spa2 = await register(server, { ...BOTH, token_endpoint_auth_method: 'none' })
const service = await register(server, { grant_types: ['client_credentials'], redirect_uris: [] })
const weak = await register(
  server,
  { grant_types: ['client_credentials'], redirect_uris: [] },
  { scopes: ['home:read', 'home:admin'] },
)
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

/** What a program was given for as long as the person keeps it. */
async function kept(program: typeof app, scope = 'openid offline_access home:read climate:control'): Promise<Told> {
  return redeem(server, program, await codeFor(room, program, { scope }))
}
const scopeOf = ({ body }: Told) => decodeJwt(String(body.access_token)).scope

async function pairedDevice() {
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const { body } = await device.redeem(deviceCode)
  const asked = async (form: Record<string, string>) =>
    device.post('/oauth/token', {
      ...{ client_id: device.id, client_assertion: await device.assertion() },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...form,
    })
  return { device, token: String(body.refresh_token), asked }
}

test('eight refreshes of a public program at the same moment: one wins at most, and the replay ends the grant', async () => {
  const { body } = await kept(spa)
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(server, spa, body.refresh_token)))
  const won = answers.filter(({ status }) => status === 200)
  expect(won).toHaveLength(1)
  expect(answers.filter((each) => each.body.error === 'invalid_grant')).toHaveLength(7)
  expect(await refresh(server, spa, won[0]?.body.refresh_token)).toMatchObject(INVALID_GRANT)
  expect(server.ended).toContain(decodeJwt(String(body.access_token)).grant_id)
})

test('a stolen refresh token that is used after its owner has: both are out, and the access token with them', async () => {
  const first = await kept(spa)
  const second = await refresh(server, spa, first.body.refresh_token)
  expect(second.status).toBe(200)
  expect(await refresh(server, spa, first.body.refresh_token)).toMatchObject(INVALID_GRANT)
  expect(await refresh(server, spa, second.body.refresh_token)).toMatchObject(INVALID_GRANT)
  await expect(server.authorization.verifier.verify(String(second.body.access_token))).rejects.toThrow('was ended')
})

test('one program’s refresh token is of no use to another, and trying does it no harm', async () => {
  const { body } = await kept(app)
  for (const thief of [other, spa]) {
    expect(await refresh(server, thief, body.refresh_token)).toMatchObject(INVALID_GRANT)
  }
  const mixed = await refresh(server, { ...spa, client_id: app.client_id }, body.refresh_token)
  expect(mixed).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  expect((await refresh(server, app, body.refresh_token)).status).toBe(200)
  const { body: publics } = await kept(spa)
  expect(await refresh(server, spa2, publics.refresh_token)).toMatchObject(INVALID_GRANT)
})

test('one device’s refresh token is of no use to another, nor to a program', async () => {
  const [one, two] = [await pairedDevice(), await pairedDevice()]
  const stolen = { grant_type: 'refresh_token', refresh_token: one.token }
  expect(await two.asked(stolen)).toMatchObject(INVALID_GRANT)
  expect(await refresh(server, app, one.token)).toMatchObject(INVALID_GRANT)
  expect((await one.asked(stolen)).status).toBe(200)
})

test('a refresh asks for less and gets less, asks for more and gets nothing', async () => {
  const { body } = await kept(app)
  expect(scopeOf(await refresh(server, app, body.refresh_token, { scope: 'home:read' }))).toBe('home:read')
  for (const scope of ['home:read security:disarm', 'home:admin', 'device', 'openid profile home:read']) {
    const refused = await refresh(server, app, body.refresh_token, { scope })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  }
  // And what was left out once is not lost.
  expect(scopeOf(await refresh(server, app, body.refresh_token))).toBe('home:read climate:control')
})

test('a device stays a device, whatever it asks for when it refreshes', async () => {
  const { asked, token } = await pairedDevice()
  for (const scope of ['home:read', 'device home:admin', 'security:disarm']) {
    const { body } = await asked({ grant_type: 'refresh_token', refresh_token: token, scope })
    expect(body.error).toBe('invalid_scope')
  }
  for (const grant of ['client_credentials', 'authorization_code', 'password']) {
    const { body } = await asked({ grant_type: grant, scope: 'home:read', code: 'x', username: 'Robin', password: 'x' })
    expect(body.error).toBe(grant === 'password' ? 'unsupported_grant_type' : 'unauthorized_client')
  }
})

test('a program that may not use a grant type is told which it may', async () => {
  expect(await askForTokens(server, service, { grant_type: 'authorization_code', code: 'x' })).toMatchObject({
    ...{ status: 400, body: { error: 'unauthorized_client' } },
    body: { error_description: 'this client is registered for: client_credentials' },
  })
  expect((await askForTokens(server, service, {})).body.error).toBe('invalid_request')
  const { body } = await askForTokens(server, service, { grant_type: 'x' })
  const metadata = await fetch(new URL('/.well-known/oauth-authorization-server', server.url))
  const { grant_types_supported: grants } = (await metadata.json()) as { grant_types_supported: readonly string[] }
  const [, offered = ''] =
    /^unsupported grant_type requested: offered are (.*)$/.exec(String(body.error_description)) ?? []
  // The implicit grant has no token endpoint.
  expect(offered.split(', ').toSorted()).toEqual(grants.filter((grant) => grant !== 'implicit').toSorted())
  expect(body.error).toBe('unsupported_grant_type')
})

test('a token for another resource is not to be had', async () => {
  const { body } = await kept(app)
  for (const resource of ['https://evil.example/', 'urn:latchkey:other']) {
    const refused = await refresh(server, app, body.refresh_token, { resource })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
  }
})

test.for([
  { scope: 'home:admin', got: undefined },
  { scope: 'device', got: undefined },
  { scope: 'security:disarm', got: undefined },
  { scope: 'home:read home:admin security:disarm', got: 'home:read' },
  { scope: 'home:read  home:read', got: undefined },
  { scope: '', got: undefined },
  { scope: 'HOME:ADMIN', got: undefined },
  { scope: 'home:*', got: undefined },
  { scope: 'openid offline_access', got: undefined },
])('a service that was allowed to read asks for "$scope": $got', async ({ scope, got }) => {
  const answer = await askForTokens(server, weak, { grant_type: 'client_credentials', scope })
  const given = answer.status === 200 ? scopeOf(answer) : undefined
  expect(given).toBe(got)
  if (answer.status !== 200) expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  expect(answer.body).not.toHaveProperty('refresh_token')
  expect(answer.body).not.toHaveProperty('id_token')
})

test('a grant that was revoked is refreshed by nobody', async () => {
  const { body } = await kept(app)
  const token = String(body.refresh_token)
  expect((await post(server, '/oauth/revoke', { token }, { authorization: basic(app) })).status).toBe(200)
  expect(await refresh(server, app, token)).toMatchObject(INVALID_GRANT)
  await expect(server.authorization.verifier.verify(String(body.access_token))).rejects.toThrow('was ended')
  // "the authorization server responds with 200 if the client submitted an invalid token" RFC 7009 §2.2
  for (const again of [token, 'unknown', 'a.b.c', '']) {
    const { status } = await post(server, '/oauth/revoke', { token: again }, { authorization: basic(app) })
    expect(status).toBe(again === '' ? 400 : 200)
  }
})

test('nobody revokes what is another’s', async () => {
  const { body } = await kept(app)
  for (const token of [String(body.refresh_token), String(body.access_token)]) {
    const answer = await post(server, '/oauth/revoke', { token }, { authorization: basic(other) })
    expect([200, 400]).toContain(answer.status)
    await post(server, '/oauth/revoke', { token, client_id: spa.client_id })
    expect((await post(server, '/oauth/revoke', { token })).status).toBe(400)
  }
  expect((await refresh(server, app, body.refresh_token)).status).toBe(200)
  await server.authorization.verifier.verify(String(body.access_token))
})

test('a service that revokes its own token is told the truth: it ends with the service or by itself', async () => {
  const { body } = await askForTokens(server, service, { grant_type: 'client_credentials', scope: 'home:read' })
  const token = String(body.access_token)
  const answer = await told(await post(server, '/oauth/revoke', { token }, { authorization: basic(service) }))
  expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_token_type' } })
  expect(answer.body.error_description).toContain('ends within minutes')
  await server.authorization.verifier.verify(token)
})

test('strangers introspect nothing, public programs and devices only what is their own', async () => {
  const mine = await kept(app)
  const { device } = await pairedDevice()
  const introspect = async (form: Record<string, string>, headers = {}) =>
    told(await post(server, '/oauth/introspect', form, headers))
  for (const token of [String(mine.body.refresh_token), String(mine.body.access_token)]) {
    expect(await introspect({ token })).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(await introspect({ token }, { authorization: 'Basic eDp5' })).toMatchObject({ status: 401 })
    expect(await introspect({ token }, { authorization: `Bearer ${mine.body.access_token}` })).toMatchObject({
      status: 400,
    })
    // "{active: false}" and nothing else, RFC 7662 §2.2
    expect(await introspect({ token, client_id: spa.client_id })).toEqual({ status: 200, body: { active: false } })
    const asDevice = await introspect({
      ...{ token, client_id: device.id, client_assertion: await device.assertion() },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    expect(asDevice).toEqual({ status: 200, body: { active: false } })
  }
  expect(await introspect({ token: 'unknown' }, { authorization: basic(service) })).toEqual({
    ...{ status: 200, body: { active: false } },
  })
})

test('who signs out everywhere or is put out has nothing that can be refreshed', async () => {
  const gone = await register(server, BOTH)
  const { body } = await kept(gone)
  server.authorization.apps.remove(gone.client_id)
  expect(await refresh(server, gone, body.refresh_token)).toMatchObject({
    ...{ status: 401, body: { error: 'invalid_client' } },
  })
  await expect(server.authorization.verifier.verify(String(body.access_token))).rejects.toThrow('was ended')
})
