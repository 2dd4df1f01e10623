import { request } from 'node:http'
import { expect, test } from 'vitest'
import { becomeOwner, createPerson, OWNER } from '../../person.ts'
import { startServer } from './server.ts'

/** Sends a raw request, with whatever headers fetch would not let through. */
function raw(
  { port }: URL,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; location: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
      .on('error', reject)
      .end()
  })
}

test('the one-time key makes the owner once, and never again', async () => {
  await using server = await startServer()
  const { url, authorization } = server
  const stranger = createPerson(url)
  expect((await stranger.post('/setup', { ...OWNER, key: 'a guess' })).status).toBe(403)
  await becomeOwner(url, authorization.ownerKey.text)
  expect((await stranger.post('/setup', { ...OWNER, name: 'Mallory', key: authorization.ownerKey.text })).status).toBe(
    410,
  )
  expect((await stranger.get('/setup')).status).toBe(410)
})

test('whoever comes before there is an owner is shown how to become one', async () => {
  await using server = await startServer()
  const stranger = createPerson(server.url)
  const answer = await stranger.get('/pair?user_code=WDJB-MJHT')
  expect(answer.url.pathname).toBe('/setup')
  expect(answer.text).toContain('The key from the terminal')
})

test('a short password is refused in words, and what was typed is not lost', async () => {
  await using server = await startServer()
  const answer = await createPerson(server.url).post('/setup', {
    name: 'Robin',
    password: 'short',
    key: server.authorization.ownerKey.text,
  })
  expect(answer.status).toBe(400)
  expect(answer.text).toContain('at least 10 characters')
  expect(answer.text).toContain('value="Robin"')
  expect(answer.text).not.toContain('short')
})

test('signing in works with the right password only, and wrong ones run out', async () => {
  await using server = await startServer()
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  const person = createPerson(server.url)
  expect((await person.post('/sign-in', { ...OWNER, return_to: '/pair' })).url.pathname).toBe('/pair')
  const statuses: number[] = []
  for (let n = 0; n < 11; n++)
    statuses.push((await person.post('/sign-in', { ...OWNER, password: `wrong ${n}` })).status)
  expect(statuses).toEqual([...Array(10).fill(401), 429])
})

test.for([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/pair?user_code=x&y=<script>',
  'javascript:alert(1)',
])('signing in never leads to %s', async (target) => {
  await using server = await startServer()
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  const answer = await createPerson(server.url).post('/sign-in', { ...OWNER, return_to: target })
  expect(answer.url.href).toBe(`${server.url.origin}/`)
})

test('after signing out the pairing page asks again', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  expect((await owner.get('/pair')).url.pathname).toBe('/pair')
  await owner.post('/sign-out', {})
  expect((await owner.get('/pair')).url.pathname).toBe('/sign-in')
})

test.for([
  { what: 'another origin', headers: { origin: 'https://evil.example' } },
  { what: 'an opaque origin', headers: { origin: 'null' } },
  { what: 'another site', headers: { 'sec-fetch-site': 'cross-site' } },
  { what: 'a sibling port', headers: { origin: 'http://localhost:1' } },
])('a form sent from $what is refused', async ({ headers }) => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  expect((await owner.post('/pair', { user_code: 'BBBB-BBBB', answer: 'approved' }, headers)).status).toBe(403)
})

test('the host header decides nothing: metadata and codes name the public URL', async () => {
  await using server = await startServer()
  const forged = await raw(server.url, '/.well-known/openid-configuration', { host: 'evil.example' })
  expect(forged.status).toBe(421)
  const behind = await raw(server.url, '/.well-known/openid-configuration', {
    host: server.url.host,
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  })
  expect(behind.text).not.toContain('evil.example')
  expect(JSON.parse(behind.text)).toMatchObject({
    issuer: server.url.origin,
    token_endpoint: `${server.url.origin}/oauth/token`,
    device_authorization_endpoint: `${server.url.origin}/oauth/device_authorization`,
  })
})

test('a browser that came by address is sent to the public URL, and nowhere else', async () => {
  await using server = await startServer()
  const host = `127.0.0.1:${server.url.port}`
  const page = await raw(server.url, '/pair?user_code=WDJB-MJHT', { host })
  expect(page).toMatchObject({ status: 307, location: `${server.url.origin}/pair?user_code=WDJB-MJHT` })
  // A path of two slashes, as it would be read for another host.
  for (const path of ['//evil.example/', '/\\\\evil.example/', '//evil.example:80//x?y=//z']) {
    const tricky = await raw(server.url, path, { host })
    expect(tricky.status, path).toBe(307)
    expect(new URL(tricky.location ?? 'none:', server.url).origin, path).toBe(server.url.origin)
    expect(tricky.location, path).toMatch(new RegExp(`^${server.url.origin}/(?![/\\\\])`))
  }
})

test('every page forbids framing, foreign scripts and sniffing', async () => {
  await using server = await startServer()
  for (const path of ['/sign-in', '/setup', '/oauth/jwks', '/.well-known/oauth-authorization-server', '/nothing']) {
    const { headers } = await fetch(new URL(path, server.url))
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('passwords, keys and cookies are in the database only as hashes', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  await owner.get('/pair')
  const rows = ['accounts', 'sessions', 'oidc'].flatMap((table) =>
    server.database.prepare(`SELECT * FROM ${table}`).all(),
  )
  const text = JSON.stringify(rows)
  expect(text).toContain('$argon2id$')
  expect(text).not.toContain(OWNER.password)
  expect(text).not.toContain(server.authorization.ownerKey.text)
})
