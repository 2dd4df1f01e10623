// The part of the API by which an owner makes, sees and revokes app passwords.
import { expect, test } from 'vitest'
import { type HubRoom, makeAppPassword, openHubRoom, type Problem } from '../hub-room.ts'

const PATH = '/api/app-passwords'
const wanted = { name: 'Node-RED', scopes: ['home:read', 'climate:control'] }
const list = async (room: HubRoom, token: string) =>
  ((await (await room.ask('GET', PATH, token)).json()) as { appPasswords: Record<string, unknown>[] }).appPasswords

test('is shown once, listed without its secret, used as a bearer, and gone when revoked', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const response = await room.ask('POST', PATH, token, { ...wanted, name: '  Node-RED ' })
  expect(response.status).toBe(201)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const made = (await response.json()) as { id: string; password: string }
  const facts = { id: expect.stringMatching(/^app-[0-9a-f]{16}$/), createdAt: expect.stringMatching(/^\d{4}-.*Z$/) }
  expect(made).toEqual({ ...wanted, ...facts, password: expect.stringMatching(/^latchkey_[0-9a-f]{64}$/) })
  expect(await list(room, token)).toEqual([{ ...wanted, ...facts, id: made.id, lastUsedAt: null, connected: false }])

  expect((await room.ask('GET', '/api/devices', made.password)).status).toBe(200)
  const me = await (await room.ask('GET', '/api/me', made.password)).json()
  expect(me).toEqual({ name: 'Robin', role: 'owner', scopes: wanted.scopes })
  expect((await room.ask('DELETE', '/api/devices/toaster-zzzzzz', made.password)).status).toBe(403)
  expect(await list(room, token)).toMatchObject([{ lastUsedAt: expect.stringMatching(/Z$/), connected: false }])
  await room.connect(made.password)
  expect(await list(room, token)).toMatchObject([{ connected: true }])

  expect((await room.ask('DELETE', `${PATH}/${made.id}`, token)).status).toBe(204)
  expect((await room.ask('GET', '/api/devices', made.password)).status).toBe(401)
  expect(await list(room, token)).toEqual([])
  const again = await room.ask('DELETE', `${PATH}/${made.id}`, token)
  expect([again.status, again.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
})

const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['nothing', '', 'the body'],
  ['what is no JSON', '{"name": "x"', 'the body'],
  ['a list', [], 'the body'],
  ['no name', { scopes: ['home:read'] }, '"name"'],
  ['an empty name', { ...wanted, name: ' ' }, '"name"'],
  ['a name with a line break in it', { ...wanted, name: 'a\nb' }, '"name"'],
  ['a name of 65 letters', { ...wanted, name: 'x'.repeat(65) }, '"name"'],
  ['no scopes', { name: 'x' }, '"scopes"'],
  ['an empty list of scopes', { ...wanted, scopes: [] }, '"scopes"'],
  ['scopes as a string', { ...wanted, scopes: 'home:read' }, '"scopes"'],
  ['a scope that does not exist', { ...wanted, scopes: ['home:read', 'home:write'] }, '"scopes.1"'],
  ['the scope of devices', { ...wanted, scopes: ['device'] }, '"scopes.0"'],
  ['a wish that is not known', { ...wanted, expiresAt: 'never' }, '"expiresAt"'],
]

test('says which part of a request is wrong, and makes nothing of it', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  for (const [what, body, named] of WRONG) {
    const response = await room.ask('POST', PATH, token, body)
    expect
      .soft([response.status, response.headers.get('content-type')], what)
      .toEqual([400, 'application/problem+json'])
    const { status, title, detail } = (await response.json()) as Problem
    expect.soft({ status, title }, what).toEqual({ status: 400, title: 'The request cannot be read' })
    expect.soft(detail, what).toContain(named)
  }
  const large = await room.ask('POST', PATH, token, { ...wanted, name: 'x'.repeat(20_000) })
  expect(await large.json()).toMatchObject({ status: 413, detail: 'The body has more than 16384 bytes' })
  expect(large.status).toBe(413)
  expect(await list(room, token)).toEqual([])
})

test.for([
  { method: 'PUT', path: '/api/devices', allow: 'GET, HEAD' },
  { method: 'GET', path: '/api/devices/thermostat-k3f9ab', allow: 'PATCH, DELETE' },
  { method: 'PATCH', path: PATH, allow: 'POST, GET, HEAD' },
  { method: 'POST', path: '/api/openapi.json', allow: 'GET, HEAD' },
])('$method $path is answered with what it takes: $allow', async ({ method, path, allow }) => {
  await using room = await openHubRoom()
  const answer = await room.ask(method, path, 'none')
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
  expect(await answer.json()).toMatchObject({ title: 'This cannot be done here', detail: `This path takes ${allow}` })
  for (const none of ['/api/nothing', '/api/devices/', '/api/devices/x/y', '/api']) {
    expect((await room.ask('GET', none, 'none')).status, none).toBe(404)
  }
})

test('takes home:admin and a person, who hands on no more than they came with', async () => {
  await using room = await openHubRoom()
  const refused = async (method: string, path: string, token: string, body?: unknown) => {
    const response = await room.ask(method, path, token, body)
    return { status: response.status, detail: ((await response.json()) as Problem).detail }
  }
  const reader = await room.accessToken('openid home:read climate:control')
  for (const [method, path] of [
    ['POST', PATH],
    ['GET', PATH],
    ['DELETE', `${PATH}/x`],
  ] as const) {
    expect(await refused(method, path, reader, method === 'POST' ? wanted : undefined)).toEqual({
      status: 403,
      detail: 'This needs the scope home:admin',
    })
    expect((await refused(method, path, 'latchkey_x')).status).toBe(401)
  }
  const narrow = await room.accessToken('openid home:read home:admin')
  expect(await refused('POST', PATH, narrow, { ...wanted, scopes: ['home:read', 'security:disarm'] })).toEqual({
    status: 403,
    detail: 'Nobody hands on more than they hold: leave out security:disarm',
  })

  // It may do what its scope says, and not outlive its own end in another.
  const admin = await makeAppPassword(room, 'home:read', 'home:admin')
  expect(await refused('POST', PATH, admin.password, wanted)).toMatchObject({
    status: 403,
    detail: expect.stringMatching(/a person/i),
  })
  expect(await list(room, admin.password)).toHaveLength(1)
  expect((await room.ask('DELETE', `${PATH}/${admin.id}`, admin.password)).status).toBe(204)
  expect(await list(room, narrow)).toEqual([])
})

test('is described in the OpenAPI document, what a request looks like included', async () => {
  await using room = await openHubRoom()
  const document = (await (await fetch(new URL('/api/openapi.json', room.hub.publicUrl))).json()) as {
    paths: Record<string, Record<string, { requestBody?: unknown; responses: object }>>
  }
  const { post, get } = document.paths['/app-passwords'] ?? {}
  expect(post?.requestBody).toMatchObject({
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['name', 'scopes'],
          additionalProperties: false,
          properties: { scopes: { type: 'array', items: { enum: expect.arrayContaining(['home:read']) } } },
        },
      },
    },
  })
  expect(Object.keys(post?.responses ?? {})).toEqual(['201', '400', '401', '403', '413'])
  expect(JSON.stringify(post?.responses)).toContain('"password"')
  expect(JSON.stringify(get?.responses)).not.toContain('"password"')
  expect(Object.keys(document.paths['/app-passwords/{id}'] ?? {})).toEqual(['delete'])
})
