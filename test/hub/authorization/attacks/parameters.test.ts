// Attacks by what is sent: parameters twice, lists where a text belongs, bodies that are too long, broken or of another kind.
import { get, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { createBareDevice } from '../device-client.ts'
import { basic, CALLBACK, letRegister, postRegistration, register } from '../flows/apps.ts'
import { ask, authorizeUrl, codeFor, openAttackRoom, redeem, told, VERIFIER } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const app = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
const service = await register(server, { grant_types: ['client_credentials'], redirect_uris: [] })

/** Sends a form whose pairs may repeat. */
const send = async (path: string, pairs: readonly (readonly [string, string])[], authorization = basic(app)) => {
  const body = new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, value]))
  return told(await fetch(new URL(path, server.url), { method: 'POST', body, headers: { authorization } }))
}
const raw = async (path: string, body: string | Uint8Array<ArrayBuffer>, type: string, headers = {}) =>
  told(await fetch(new URL(path, server.url), { method: 'POST', body, headers: { 'content-type': type, ...headers } }))
const FORM = 'application/x-www-form-urlencoded'

test.for(['redirect_uri', 'client_id', 'response_type', 'scope', 'state', 'code_challenge', 'prompt', 'response_mode'])(
  'an authorization request that says %s twice is refused, and no browser is sent to the second',
  async (name) => {
    const url = authorizeUrl(server, app)
    url.searchParams.append(name, name === 'redirect_uri' ? 'https://evil.example/' : 'evil')
    const answer = await ask(url)
    const location = answer.headers.get('location') ?? CALLBACK
    expect(location.startsWith(CALLBACK)).toBe(true)
    const said = answer.status === 303 ? location : await answer.text()
    expect(said).toMatch(/error=(invalid_request|unsupported_response_mode)|^invalid_request/)
    expect(decodeURIComponent(said.replaceAll('+', ' '))).toContain(name)
  },
)

test('the token endpoint takes each parameter once', async () => {
  const code = await codeFor(room, app)
  const pairs = [
    ['grant_type', 'authorization_code'],
    ['code', code],
    ['redirect_uri', CALLBACK],
    ['code_verifier', VERIFIER],
  ] as const
  for (const [name] of pairs) {
    const answer = await send('/oauth/token', [...pairs, [name, 'evil']])
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.body.error_description).toContain(name)
  }
  for (const name of ['client_id', 'client_secret', 'client_assertion']) {
    const twice = await send('/oauth/token', [...pairs, [name, 'x'], [name, 'y']])
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  }
  // The code has lived through all of it.
  expect((await redeem(server, app, code)).status).toBe(200)
})

test.for([
  ['/oauth/introspect', 'token'],
  ['/oauth/revoke', 'token'],
  ['/oauth/par', 'redirect_uri'],
  ['/oauth/par', 'scope'],
] as const)('%s takes %s once', async ([path, name]) => {
  const answer = await send(path, [
    [name, 'x'],
    [name, 'y'],
  ])
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test('a device asks for one thing at a time, and what is not known is ignored (RFC 8628 §3.1)', async () => {
  const device = await createBareDevice(server.url)
  const form = async (...more: readonly (readonly [string, string])[]) => {
    const known = [
      ['client_id', device.id],
      ['client_assertion', await device.assertion()],
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ] as const
    const body = new URLSearchParams([...known, ...more].map(([key, value]): [string, string] => [key, value]))
    return told(await fetch(new URL('/oauth/device_authorization', server.url), { method: 'POST', body }))
  }
  expect(await form(['scope', 'device'], ['scope', 'home:admin'])).toMatchObject({
    ...{ status: 400, body: { error: 'invalid_request' } },
  })
  expect((await form(['scope', 'device'], ['colour', 'red'], ['colour', 'blue'])).status).toBe(200)
  // "Parameters sent without a value MUST be treated as if they were omitted"
  expect((await form(['scope', ''])).status).toBe(200)
})

test('lists and objects in the names of parameters are names and nothing more', async () => {
  const answer = await send('/oauth/token', [
    ['grant_type[]', 'client_credentials'],
    ['grant_type[0]', 'client_credentials'],
    ['scope[$ne]', 'x'],
    ['__proto__', 'x'],
    ['constructor', 'x'],
    ['__proto__[isAdmin]', 'x'],
  ])
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  expect(({} as { isAdmin?: string }).isAdmin).toBeUndefined()
})

test.for([
  { what: 'a list', body: '[]' },
  { what: 'a text', body: '"x"' },
  { what: 'null', body: 'null' },
  { what: 'a number', body: '1' },
  { what: 'nothing', body: '' },
  { what: 'half an object', body: '{"client_name":' },
  { what: 'bytes that are no text', body: '\ufffd\u0000{' },
  { what: 'ten thousand brackets', body: '['.repeat(10_000) },
  { what: 'names that objects have', body: '{"__proto__":{"client_name":"x"},"constructor":{"prototype":{}}}' },
  { what: 'a list for a name', body: '{"client_name":["x"],"redirect_uris":["https://a.example/"]}' },
  { what: 'an object for a list', body: '{"client_name":"x","redirect_uris":{"0":"https://a.example/"}}' },
  { what: 'a text for a list', body: '{"client_name":"x","redirect_uris":"https://a.example/"}' },
  { what: 'numbers in a list', body: '{"client_name":"x","redirect_uris":[1,null,{}]}' },
  { what: 'an object for a key set', body: '{"client_name":"x","redirect_uris":[],"jwks":{"keys":{}}}' },
  { what: 'a text for a scope', body: '{"client_name":"x","redirect_uris":["https://a.example/"],"scope":["a"]}' },
  { what: 'a list for a kind', body: '{"device_kind":["toaster"]}' },
  { what: 'an object for a kind', body: '{"device_kind":{"toString":"x"}}' },
])('a registration that is $what is refused in words', async ({ body }) => {
  for (const headers of [{}, { authorization: `Bearer ${letRegister(server)}` }]) {
    const answer = await raw('/oauth/register', body, 'application/json', headers)
    expect(answer.status).toBe(400)
    expect(['invalid_client_metadata', 'invalid_redirect_uri', 'invalid_request']).toContain(answer.body.error)
    expect(answer.body.error_description).toMatch(/\w/)
  }
})

test.each(['{"client_secret":hunter2}', 'hunter2'])(
  'nothing of a body that is no JSON is said again: %s',
  async (body) => {
    const { body: said } = await raw('/oauth/register', body, 'application/json')
    expect(said.error_description).toMatch(/^failed to parse the request body: Unexpected token 'h' in JSON$/)
  },
)

/** On a connection of its own: one on which too much was sent may be closed. */
const statusOf = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(new URL(path, server.url), { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on('error', reject)
  })

/** The status, or that the hub hung up before it had all: it answers as soon as it knows enough. */
const sendAll = (path: string, body: string, headers: Record<string, string>): Promise<number | 'closed'> =>
  new Promise((resolve) => {
    const sent = request(new URL(path, server.url), { method: 'POST', agent: false, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', () => resolve('closed'))
    sent.end(body)
  })

const MEGABYTE = 'x'.repeat(1024 * 1024)
test.for([
  { path: '/oauth/token', body: `grant_type=client_credentials&scope=${MEGABYTE}`, type: FORM },
  { path: '/oauth/token', body: `client_assertion=${MEGABYTE}`, type: FORM },
  { path: '/oauth/par', body: `state=${MEGABYTE}`, type: FORM },
  { path: '/oauth/introspect', body: `token=${MEGABYTE}`, type: FORM },
  { path: '/oauth/revoke', body: `token=${MEGABYTE}`, type: FORM },
  { path: '/oauth/device_authorization', body: `scope=${MEGABYTE}`, type: FORM },
  { path: '/oauth/userinfo', body: `access_token=${MEGABYTE}`, type: FORM },
  { path: '/oauth/end-session/confirm', body: `xsrf=${MEGABYTE}`, type: FORM },
  { path: '/oauth/register', body: `{"client_name":"${MEGABYTE}"}`, type: 'application/json' },
])('a megabyte for $path is refused, and the next request is served', async ({ path, body, type }) => {
  const headers = { 'content-type': type, authorization: basic(app) }
  expect([400, 401, 413, 'closed']).toContain(await sendAll(path, body, headers))
  expect(await statusOf('/.well-known/openid-configuration')).toBe(200)
})

test.for(['/sign-in', '/setup', '/pair', '/invitation', '/confirm', '/passkey/options', '/account/password'])(
  'a megabyte for the page %s is refused, chunked or not',
  async (path) => {
    const headers = { 'content-type': FORM, origin: server.url.origin }
    const body = `name=${MEGABYTE}`
    const length = { 'content-length': String(body.length) }
    expect([413, 400, 303, 'closed']).toContain(await sendAll(path, body, { ...headers, ...length }))
    expect([413, 400, 303, 'closed']).toContain(
      await sendAll(path, body, { ...headers, 'transfer-encoding': 'chunked' }),
    )
    expect(await statusOf('/sign-in')).toBe(200)
  },
)

test.for(['multipart/form-data; boundary=x', 'text/plain', 'application/xml', 'application/json; charset=utf-7', ';'])(
  'a body as %s is not read for a form',
  async (type) => {
    for (const path of ['/oauth/token', '/oauth/par', '/oauth/device_authorization', '/oauth/revoke']) {
      const answer = await raw(path, '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb', type)
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  },
)

test('a header of 64 kilobytes ends its own connection and nobody else’s', async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(server.url.port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
    socket.write(`GET /oauth/authorize?state=${'x'.repeat(65_536)} HTTP/1.1\r\nHost: ${server.url.host}\r\n\r\n`)
  })
  expect(answer).toMatch(/^HTTP\/1.1 431/)
  expect(await statusOf('/sign-in')).toBe(200)
})

test('an authorization request is no form of another site’s: cookies that come with those are not ours (SameSite)', async () => {
  for (const path of ['/oauth/authorize', '/oauth/end-session']) {
    const answer = await ask(new URL(path, server.url), {
      method: 'POST',
      body: authorizeUrl(server, app).searchParams,
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([405, null])
  }
})

test.for([
  { what: 'a request object', more: { request: 'e30.e30.' }, error: 'request_not_supported' },
  { what: 'a request object behind a URL', more: { request_uri: 'http://127.0.0.1:1/' }, error: 'request_uri' },
  { what: 'claims', more: { claims: '{"userinfo":{"name":null}}' }, error: undefined },
  { what: 'an id token hint that is none', more: { id_token_hint: 'x' }, error: 'invalid_request' },
  { what: 'a max_age that is no number', more: { max_age: 'x' }, error: 'invalid_request' },
  { what: 'a negative max_age', more: { max_age: '-1' }, error: 'invalid_request' },
  { what: 'prompts that exclude each other', more: { prompt: 'none login' }, error: 'invalid_request' },
  { what: 'a prompt that there is not', more: { prompt: 'create' }, error: 'invalid_request' },
])('an authorization request with $what: $error', async ({ more, error }) => {
  const answer = await ask(authorizeUrl(server, app, more))
  const said = `${answer.headers.get('location') ?? ''} ${await answer.text()}`
  if (error === undefined) expect(answer.headers.get('location')).toMatch(/^\/interaction\//)
  else expect(said).toContain(error)
  expect(said).not.toContain('code=')
})

test('another program’s pushed request is not one’s own, and one that was made up is none', async () => {
  const push = async (authorization: string, client: string) =>
    send(
      '/oauth/par',
      [...authorizeUrl(server, { client_id: client }).searchParams].filter(([key]) => key !== 'prompt'),
      authorization,
    )
  const { body } = await push(basic(app), app.client_id)
  const other = await register(server)
  for (const uri of [String(body.request_uri), 'urn:ietf:params:oauth:request_uri:x', `${body.request_uri}x`]) {
    const url = new URL('/oauth/authorize', server.url)
    url.search = new URLSearchParams({ client_id: other.client_id, request_uri: uri }).toString()
    const answer = await ask(url)
    const said = `${answer.headers.get('location') ?? ''} ${await answer.text()}`
    expect(said).toMatch(/invalid_request/)
    expect(said).not.toContain('code=')
  }
  // Nor is one pushed in another's name.
  expect((await push(basic(service), app.client_id)).body.error).toMatch(/invalid_request|invalid_client/)
  const nested = await send('/oauth/par', [
    ['client_id', app.client_id],
    ['request_uri', String(body.request_uri)],
  ])
  expect(nested).toMatchObject({ status: 400, body: { error: 'request_uri_not_supported' } })
})

test('the token endpoint and its neighbours are for POST alone, and their answers for no cache', async () => {
  for (const path of [
    '/oauth/token',
    '/oauth/revoke',
    '/oauth/introspect',
    '/oauth/par',
    '/oauth/device_authorization',
  ]) {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const refused = await fetch(new URL(path, server.url), { method })
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST'])
      expect(await refused.json()).toEqual({ error: 'invalid_request', error_description: 'this endpoint takes POST' })
    }
    // What was revoked is told in a status alone.
    if (path === '/oauth/revoke') continue
    const answer = await fetch(new URL(path, server.url), { method: 'POST' })
    expect(answer.headers.get('cache-control'), path).toContain('no-store')
  }
  expect((await owner.get('/oauth/token')).status).toBe(405)
})

test('each endpoint is there for every method that it is said to take', async () => {
  for (const path of [
    ...['token', 'device_authorization', 'par', 'introspect', 'revoke', 'register', 'register/x', 'authorize'],
    ...['authorize/x', 'end-session', 'end-session/confirm', 'end-session/success', 'jwks', 'userinfo', 'JWKS/'],
  ]) {
    const url = new URL(`/oauth/${path}`, server.url)
    const patched = await fetch(url, { method: 'PATCH' })
    expect(patched.status, path).toBe(405)
    for (const method of (patched.headers.get('allow') ?? '').split(', ')) {
      const { status } = await fetch(url, { method, redirect: 'manual' })
      expect(status, `${method} ${path}`).toBeLessThan(404)
    }
  }
  expect((await fetch(new URL('/oauth/nothing', server.url), { method: 'POST' })).status).toBe(404)
})

test('a registration of many names, uris and keys is refused before it is kept', async () => {
  const many = Array.from({ length: 17 }, (_, n) => `https://a.example/${n}`)
  for (const metadata of [
    { redirect_uris: many },
    { redirect_uris: [`https://a.example/${'x'.repeat(600)}`] },
    { client_name: 'x'.repeat(49) },
    {
      grant_types: Array(17)
        .fill('authorization_code')
        .map((each, n) => `${each}${n}`),
    },
    { post_logout_redirect_uris: many },
  ]) {
    const answer = await told(await postRegistration(server, letRegister(server), metadata))
    expect(answer.status).toBe(400)
  }
})
