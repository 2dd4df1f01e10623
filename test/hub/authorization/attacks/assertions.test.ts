// Attacks on how a client proves who it is (RFC 7523, RFC 7521): assertions forged, borrowed, out of time, used again; secrets guessed.
import { randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createBareDevice } from '../device-client.ts'
import { basic, post, type Registered, register } from '../flows/apps.ts'
import { openAttackRoom, type Told, told } from './room.ts'

const room = await openAttackRoom()
const { server } = room
const origin = server.url.origin
const SERVICE = { grant_types: ['client_credentials'], redirect_uris: [] }

const pair = await generateKeyPair('ES256', { extractable: true })
const rsa = await generateKeyPair('RS256', { extractable: true })
const stranger = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'ec' }
const service = await register(server, {
  ...{ ...SERVICE, token_endpoint_auth_method: 'private_key_jwt' },
  jwks: { keys: [jwk, { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' }] },
})
const other = await register(server, {
  ...{ ...SERVICE, token_endpoint_auth_method: 'private_key_jwt' },
  jwks: { keys: [await exportJWK(stranger.publicKey)] },
})
const secret = await register(server, SERVICE)
const posting = await register(server, { ...SERVICE, token_endpoint_auth_method: 'client_secret_post' })

const now = () => Math.floor(Date.now() / 1000)
const good = () => ({ iss: service.client_id, sub: service.client_id, aud: origin, jti: randomUUID(), iat: now() })

interface Assertion {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: { readonly alg: string; readonly kid?: string }
  readonly key?: CryptoKey | Uint8Array
}
const sign = ({ claims = {}, header = { alg: 'ES256' }, key = pair.privateKey }: Assertion): Promise<string> =>
  new SignJWT({ ...good(), exp: now() + 60, ...claims }).setProtectedHeader(header).sign(key)

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const show = async (assertion: string, more: Record<string, string> = {}): Promise<Told> =>
  told(
    await post(server, '/oauth/token', {
      ...{ grant_type: 'client_credentials', scope: 'home:read' },
      ...{ client_assertion: assertion, client_assertion_type: TYPE, ...more },
    }),
  )

test('a good assertion is good, by either of its keys', async () => {
  expect((await show(await sign({}))).status).toBe(200)
  expect((await show(await sign({ header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey }))).status).toBe(200)
})

const pss = await importJWK({ ...(await exportJWK(rsa.privateKey)), alg: 'PS256' })
const spki = Buffer.from(await exportSPKI(pair.publicKey))
const attempts: readonly (Assertion & { readonly what: string })[] = [
  { what: 'for another server', claims: { aud: 'https://evil.example' } },
  { what: 'for nobody', claims: { aud: undefined } },
  { what: 'for an address that only begins like ours', claims: { aud: `${origin}.evil.example` } },
  { what: 'for many, none of them us', claims: { aud: ['https://a.example', 'https://b.example'] } },
  { what: 'by another issuer', claims: { iss: 'https://evil.example' } },
  { what: 'by no issuer', claims: { iss: undefined } },
  { what: 'about another program', claims: { sub: other.client_id } },
  { what: 'by and about another program', claims: { iss: other.client_id, sub: other.client_id } },
  { what: 'about no program', claims: { sub: undefined } },
  { what: 'about one that there is not', claims: { iss: 'client-0', sub: 'client-0' } },
  { what: 'without an id', claims: { jti: undefined } },
  { what: 'without an end', claims: { exp: undefined } },
  { what: 'that ended a minute ago', claims: { exp: now() - 60, iat: now() - 120 } },
  { what: 'that ends in a year', claims: { exp: now() + 31_536_000 } },
  { what: 'that begins in a minute', claims: { nbf: now() + 60 } },
  { what: 'of two minutes from now', claims: { iat: now() + 120, exp: now() + 180 } },
  { what: 'whose end is text', claims: { exp: `${now() + 60}` } },
  { what: 'by a key that nobody registered', key: stranger.privateKey },
  { what: 'by the EC key under the RSA key’s name', header: { alg: 'ES256', kid: 'rsa' } },
  { what: 'by the RSA key under the EC key’s name', header: { alg: 'RS256', kid: 'ec' }, key: rsa.privateKey },
  { what: 'by PS256, which is not offered', header: { alg: 'PS256', kid: 'rsa' }, key: pss },
  { what: 'by the public key as a shared secret', header: { alg: 'HS256', kid: 'ec' }, key: spki },
  { what: 'by the JWK as a shared secret', header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(jwk)) },
]
test.for(attempts)('an assertion $what is invalid_client', async ({ what: _, ...wrong }) => {
  const { status, body } = await show(await sign(wrong))
  expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
  expect(body.error_description).toMatch(/\w/)
  expect(JSON.stringify(body)).not.toContain('evil.example')
})

test('whose clock is wrong is told so', async () => {
  const { body } = await show(await sign({ claims: { iat: now() + 120, exp: now() + 180 } }))
  expect(body.error_description).toContain('compare your clock with the Date of this answer')
})

test('an assertion without a signature, or with one of another, is refused', async () => {
  const [head = '', payload = '', signature = ''] = (await sign({})).split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  const changed = Buffer.from(JSON.stringify({ ...good(), exp: now() + 60 })).toString('base64url')
  for (const forged of [
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${head}.${payload}.`,
    `${head}.${changed}.${signature}`,
    `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
  ]) {
    expect(await show(forged)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  }
})

test.for(['', 'x', 'a.b', 'a.b.c', '..', 'e30.e30.e30', '{}', 'ey'.repeat(10_000), '\u0000.\u0000.\u0000'])(
  'what is no assertion at all (%#) is refused and breaks nothing',
  async (text) => {
    const { status, body } = await show(text)
    expect([400, 401]).toContain(status)
    expect(['invalid_request', 'invalid_client']).toContain(body.error)
  },
)

test('an assertion is good once, wherever it is shown, and once of eight at the same moment', async () => {
  const assertion = await sign({})
  const answers = await Promise.all(Array.from({ length: 8 }, () => show(assertion)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)])
  const form = { token: 'x', client_assertion: assertion, client_assertion_type: TYPE }
  for (const path of ['/oauth/introspect', '/oauth/revoke']) {
    expect(await told(await post(server, path, form))).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  }
})

test('the same id is two ids for two programs: nobody uses up another’s', async () => {
  const jti = randomUUID()
  const claims = { iss: other.client_id, sub: other.client_id, jti }
  expect((await show(await sign({ claims, key: stranger.privateKey }))).status).toBe(200)
  expect((await show(await sign({ claims: { jti } }))).status).toBe(200)
})

test('another type of assertion, a second client id, a second way: each is refused', async () => {
  expect((await show(await sign({}), { client_assertion_type: 'x' })).body.error).toBe('invalid_request')
  expect((await show(await sign({}), { client_id: other.client_id })).body.error).toBe('invalid_request')
  expect((await show(await sign({}), { client_secret: 'x' })).body.error).toBe('invalid_request')
  const form = { grant_type: 'client_credentials', scope: 'home:read', client_secret: String(secret.client_secret) }
  const both = await post(server, '/oauth/token', form, { authorization: basic(secret) })
  expect(await told(both)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test.for([
  { what: 'no secret', text: '' },
  { what: 'another’s secret', text: String(posting.client_secret) },
  { what: 'a secret with a letter more', text: `${secret.client_secret}x` },
  { what: 'a secret with a zero behind', text: `${secret.client_secret}\u0000` },
  { what: 'a secret of 50 kilobytes', text: 'x'.repeat(10_000) },
])('a program with $what is nobody', async ({ text }) => {
  const tried: Registered = { ...secret, client_secret: encodeURIComponent(text) }
  const form = { grant_type: 'client_credentials', scope: 'home:read' }
  const answer = await told(await post(server, '/oauth/token', form, { authorization: basic(tried) }))
  expect([400, 401]).toContain(answer.status)
  expect(['invalid_client', 'invalid_request']).toContain(answer.body.error)
})

test.for(['Basic', 'Basic !!!', 'Basic e30', 'Basic Og==', `Basic ${'A'.repeat(8000)}`, 'Bearer x', 'basic  x', 'x'])(
  'the header "%s" breaks nothing',
  async (authorization) => {
    const answer = await told(
      await post(server, '/oauth/token', { grant_type: 'client_credentials' }, { authorization }),
    )
    expect([400, 401]).toContain(answer.status)
    expect(['invalid_client', 'invalid_request']).toContain(answer.body.error)
  },
)

test('who is refused for a wrong secret is told by which scheme to come (RFC 6749 §5.2)', async () => {
  const wrong = { ...secret, client_secret: 'wrong' }
  const answer = await post(
    server,
    '/oauth/token',
    { grant_type: 'client_credentials' },
    { authorization: basic(wrong) },
  )
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
})

test('a program with a key does not come with nothing, nor with a secret', async () => {
  const form = { grant_type: 'client_credentials', scope: 'home:read', client_id: service.client_id }
  for (const more of [{}, { client_secret: 'x' }, { client_secret: 'undefined' }]) {
    expect(await told(await post(server, '/oauth/token', { ...form, ...more }))).toMatchObject({ status: 401 })
  }
})

test('a device’s assertion is for the device alone', async () => {
  const [one, two] = [await createBareDevice(server.url), await createBareDevice(server.url)]
  const { deviceCode } = await one.askForCode()
  const borrowed = await two.assertion()
  expect(await one.redeem(deviceCode, borrowed)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  const renamed = await two.assertion({ iss: one.id, sub: one.id })
  // The maker of the assertion sets issuer and subject last: they are the device’s own.
  expect((await one.redeem(deviceCode, renamed)).status).toBeGreaterThanOrEqual(400)
})
