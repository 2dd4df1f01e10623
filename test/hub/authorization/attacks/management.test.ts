// Attacks on a program's own registration (RFC 7592): to become more than the owner allowed, or to change another's.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { openHubRoom } from '../../hub-room.ts'
import { CALLBACK, letRegister, postRegistration, type Registered, register } from '../flows/apps.ts'
import { letIn as invite } from '../newcomer.ts'
import { askForTokens, letIn, openAttackRoom, redeem, type Told, told } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room

interface Management {
  readonly uri: string
  readonly token: string
}
const managementOf = (app: Registered): Management => ({
  uri: app.registration_client_uri,
  token: app.registration_access_token,
})
const manage = async ({ uri, token }: Management, method: string, body?: object): Promise<Told> =>
  told(
    await fetch(uri, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }),
  )
/** A program that comes in without anybody's yes: the token to register it is all that it takes. */
const SERVICE = { client_name: 'Left behind', grant_types: ['client_credentials'], redirect_uris: [] }

test.for([
  { what: 'was removed', end: (id: string) => server.authorization.people.remove(id) },
  { what: 'is an owner no more', end: (id: string) => server.authorization.people.changeRole(id, 'member') },
])('an owner who $what has nobody registered by a token that they kept', async ({ end }) => {
  const { id, ...past } = await invite(server, 'Past', 'owner')
  const made = await past.post('/programs/register', { name: 'Left behind', scope: 'security:disarm' })
  const [token = ''] = /latchkey_registration_\w+/.exec(made.text) ?? []
  const waiting = () => server.authorization.registrationTokens.list().filter(({ name }) => name === 'Left behind')
  expect(waiting()).toHaveLength(1)
  expect(end(id)).toBe('done')
  expect(waiting()).toEqual([])
  expect((await postRegistration(server, token, SERVICE)).status).toBe(401)
  server.authorization.people.remove(id)
})

const change = (app: Registered, more: object): Promise<Told> =>
  manage(managementOf(app), 'PUT', {
    ...{ client_id: app.client_id, client_name: 'Dashboard', redirect_uris: [CALLBACK], ...more },
  })

test.for([
  { what: 'a scope that the owner has not allowed', more: { scope: 'openid home:read home:admin' } },
  { what: 'the scope of a device', more: { scope: 'device' } },
  { what: 'the password grant', more: { grant_types: ['password'] } },
  { what: 'a key set to be fetched', more: { jwks_uri: 'http://169.254.169.254/' } },
  { what: 'a sector to be fetched', more: { sector_identifier_uri: 'http://169.254.169.254/' } },
  { what: 'a redirect to plain http', more: { redirect_uris: ['http://evil.example/'] } },
  {
    what: 'no way to prove itself, and a service all the same',
    more: { ...services(), token_endpoint_auth_method: 'none' },
  },
  { what: 'a name that is a sentence in markup', more: { client_name: '<b>Your bank</b>' } },
])('a program that changes itself to have $what is refused', async ({ more }) => {
  const app = await register(server, {}, { scopes: ['home:read'] })
  const answer = await change(app, more)
  expect(answer.status).toBe(400)
  expect(answer.body.error).toMatch(/^invalid_(client_metadata|redirect_uri)$/)
})
function services() {
  return { grant_types: ['client_credentials'] }
}

test('a program does not become a device, nor more than it was, by names that are ours', async () => {
  const app = await register(server, services(), { scopes: ['home:read'] })
  const answer = await change(app, { ...services(), device_kind: 'toaster', home_scope: 'home:admin security:disarm' })
  expect(answer.status).toBe(200)
  expect(answer.body).not.toHaveProperty('device_kind')
  expect(answer.body).not.toHaveProperty('home_scope')
  expect(String(answer.body.scope)).not.toMatch(/admin|disarm/)
  const asked = { grant_type: 'client_credentials', scope: 'home:read security:disarm' }
  const { body } = await askForTokens(server, app, asked)
  expect(decodeJwt(String(body.access_token)).scope).toBe('home:read')
})

test('nor by the same names when it registers', async () => {
  const answer = await told(
    await postRegistration(server, letRegister(server, { scopes: ['home:read'] }), {
      ...{ home_scope: 'home:admin', client_id: 'latchkey-page', client_secret: 'mine', client_secret_expires_at: 1 },
    }),
  )
  expect(answer.status).toBe(201)
  expect(answer.body.client_id).toMatch(/^client-/)
  expect(answer.body.client_secret).not.toBe('mine')
  expect(String(answer.body.scope)).not.toContain('admin')
})

test('what is kept of a secret is shown to nobody, and the secret itself once', async () => {
  const app = await register(server)
  for (const answer of [await change(app, {})]) {
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('client_secret')
    const token = String(answer.body.registration_access_token)
    const read = await manage({ ...managementOf(app), token }, 'GET')
    expect(JSON.stringify(read.body)).not.toContain('sha256.')
    const again = { client_id: app.client_id, client_secret: app.client_secret, redirect_uris: [CALLBACK] }
    const refused = await manage({ ...managementOf(app), token }, 'PUT', { ...again, client_name: 'Dashboard' })
    expect(refused.body.error_description).toContain('leave client_secret out')
  }
  const spa = await register(server, { token_endpoint_auth_method: 'none' })
  const made = await change(spa, { token_endpoint_auth_method: 'client_secret_basic' })
  expect(made.body.client_secret).toMatch(/^[\w-]{40,}$/)
})

test('a program’s registration token opens its own registration, and is lost by trying it on another', async () => {
  const [app, other] = [await register(server), await register(server)]
  const stolen = { uri: other.registration_client_uri, token: app.registration_access_token }
  const body = { client_id: other.client_id, client_name: 'Mine', redirect_uris: ['https://evil.example/'] }
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await manage(stolen, method, method === 'PUT' ? body : undefined)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  }
  expect((await manage(managementOf(other), 'GET')).body.client_name).toBe('Dashboard')
  expect((await manage(managementOf(app), 'GET')).status).toBe(401)
})

test.for([
  { what: 'none', token: '' },
  { what: 'a made-up one', token: 'x'.repeat(43) },
  { what: 'a token to register with', token: 'registration' },
  { what: 'the owner’s access token', token: 'access' },
])('$what is no registration token', async ({ token }) => {
  const app = await register(server)
  const texts: Record<string, string> = { registration: letRegister(server), access: 'a.b.c' }
  const answer = await manage({ ...managementOf(app), token: texts[token] ?? token }, 'GET')
  expect([400, 401]).toContain(answer.status)
  expect(answer.body.error).toMatch(/invalid_(token|request)/)
})

test('a change is for the program that is named in it, and the token changes with it', async () => {
  const [app, other] = [await register(server), await register(server)]
  expect((await change(app, { client_id: other.client_id })).body.error).toBe('invalid_request')
  for (const forbidden of ['registration_access_token', 'registration_client_uri', 'client_id_issued_at']) {
    expect((await change(app, { [forbidden]: 'x' })).body.error).toBe('invalid_request')
  }
  expect((await change(app, {})).status).toBe(200)
  expect((await change(app, {})).status).toBe(401)
})

test('a device has no registration to manage: it is put out and let in by people', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const uri = new URL('/oauth/register/toaster-abc123', server.url).href
    expect((await manage({ uri, token: 'x' }, method, method === 'PUT' ? {} : undefined)).status).toBe(401)
  }
})

test('a program that deletes itself takes its grants along (RFC 7592 §2.3)', async () => {
  const app = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
  const back = await letIn(room, app)
  const { body } = await redeem(server, app, back.searchParams.get('code') ?? '')
  expect((await manage(managementOf(app), 'DELETE')).status).toBe(204)
  await expect(server.authorization.verifier.verify(String(body.access_token))).rejects.toThrow('was ended')
  const again = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
  expect((await askForTokens(server, app, again)).body.error).toBe('invalid_client')
  expect((await manage(managementOf(app), 'GET')).status).toBe(401)
})

test('a program is no device: the device grant is for those that show a code', async () => {
  const wanted = { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], redirect_uris: [] }
  const answer = await told(await postRegistration(server, letRegister(server), wanted))
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
  expect(answer.body.error_description).toContain('device_kind')
})

test.for(['jwks_uri', 'sector_identifier_uri', 'initiate_login_uri'])('nothing is fetched from %s', async (name) => {
  await using spy = await openSpy()
  const answer = await told(await postRegistration(server, letRegister(server), { [name]: spy.url }))
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
  expect(answer.body.error_description).toContain(name)
  expect(spy.requests).toEqual([])
})

test.for(['logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'frontchannel_logout_uri', 'software_statement'])(
  '%s is neither kept nor fetched nor shown to a person',
  async (name) => {
    await using spy = await openSpy()
    const app = await register(server, { [name]: spy.url })
    expect(app).not.toHaveProperty(name)
    await letIn(room, app)
    expect(spy.requests).toEqual([])
  },
)

test.for([
  'http://192.168.1.1/',
  'http://169.254.169.254/',
  'http://hub.local/',
  'file:///etc/passwd',
  'ftp://a.example/',
  'x',
  'http://127.0.0.1.evil.example/',
  'https://192.168.1.1/admin',
  'https://[::1]:8443/',
])('nobody is told of a sign-out at %s', async (uri) => {
  const answer = await told(await postRegistration(server, letRegister(server), { backchannel_logout_uri: uri }))
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
})

test.for([
  { what: 'its own origin', uri: () => `${server.url.origin}/sign-out`, redirect: 'http://localhost:4711/' },
  { what: 'its port by an address', uri: () => `http://127.0.0.1:${server.url.port}/`, redirect: CALLBACK },
  { what: 'its port by another one', uri: () => `http://[::1]:${server.url.port}/`, redirect: 'http://[::1]/' },
  { what: 'the broker', uri: () => 'http://127.0.0.1:1883/', redirect: CALLBACK },
])('the hub tells itself of no sign-out, at $what', async ({ uri, redirect }) => {
  const metadata = { backchannel_logout_uri: uri(), redirect_uris: [redirect] }
  const answer = await told(await postRegistration(server, letRegister(server), metadata))
  const description = 'backchannel_logout_uri must not be an address of the hub itself'
  expect(answer).toMatchObject({ status: 400, body: { error_description: description } })
})

test('where a whole hub listens is known to it', async () => {
  await using home = await openHubRoom()
  const wanted = { name: 'Dashboard', scopes: [] }
  const allowed = await home.ask('POST', '/api/registration-tokens', await home.accessToken(), wanted)
  const { token } = (await allowed.json()) as { token: string }
  const metadata = { backchannel_logout_uri: `http://127.0.0.1:${home.hub.mqttPort}/` }
  const answer = await postRegistration({ url: home.hub.publicUrl }, token, metadata)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('an address of the hub itself')])
})

test('who is told of a sign-out sends the hub nowhere else, and learns who it was only by a signed token', async () => {
  await using spy = await openSpy()
  await using decoy = await openSpy({ status: 307, location: () => spy.url })
  const app = await register(server, { backchannel_logout_uri: decoy.url })
  await letIn(room, app)
  await owner.post('/sign-out', {})
  await until(() => decoy.requests.length > 0, 'the program to be told')
  const [, text = ''] = /^logout_token=(.*)$/.exec(decoy.requests[0] ?? '') ?? []
  expect(decodeJwt(text)).toMatchObject({ iss: server.url.origin, aud: app.client_id })
  expect(decodeJwt(text)).not.toHaveProperty('nonce')
  expect(spy.requests).toEqual([])
})

/** Counts who comes, and answers as it is told. */
async function openSpy(answer: { status?: number; location?: () => string } = {}) {
  const requests: string[] = []
  const spy = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      requests.push(body)
      const { status = 200, location } = answer
      response.writeHead(status, location && { location: location() }).end('{}')
    })
  })
  await new Promise<void>((resolve) => spy.listen(0, '127.0.0.1', resolve))
  return {
    requests,
    url: `http://127.0.0.1:${(spy.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      spy.closeAllConnections()
      await new Promise((resolve) => spy.close(resolve))
    },
  }
}
