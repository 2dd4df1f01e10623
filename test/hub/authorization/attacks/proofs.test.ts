// Attacks on tokens that are bound to a key (RFC 9449), at the API and at the broker: stolen tokens, stolen proofs, altered ones.
import { hash, randomUUID } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { openHubRoom } from '../../hub-room.ts'
import { basic, post } from '../flows/apps.ts'
import { challengeOf, told, VERIFIER } from './room.ts'

const room = await openHubRoom()
afterAll(() => room[Symbol.asyncDispose]())
const { publicUrl } = room.hub

interface Key {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}
async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}
const [own, foreign] = [await makeKey(), await makeKey()]
const now = () => Math.floor(Date.now() / 1000)

interface Proof {
  readonly method: string
  readonly url: string
  readonly token?: string
  readonly key?: Key
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}
async function prove({ method, url, token, key = own, claims = {}, header = {} }: Proof): Promise<string> {
  const ath = token === undefined ? {} : { ath: hash('sha256', token, 'base64url') }
  const payload = { jti: randomUUID(), htm: method, htu: url, iat: now(), ...ath, ...claims }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(key.privateKey)
}

const ME = new URL('/api/me', publicUrl).href
const MQTT = new URL('/mqtt', publicUrl).href
const TOKEN = new URL('/oauth/token', publicUrl).href
const server = { url: publicUrl } as Parameters<typeof post>[0]

/** The page's own program, whose code is redeemed with a proof: what it gets is bound. */
async function boundTokens() {
  const query = new URLSearchParams({
    ...{ client_id: 'latchkey-page', redirect_uri: `${publicUrl.origin}/`, response_type: 'code' },
    ...{ scope: 'openid home:read', code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' },
  })
  const back = await room.owner.follow(`/oauth/authorize?${query}`, (to) => to.searchParams.has('code'))
  const form = {
    ...{ grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', client_id: 'latchkey-page' },
    ...{ redirect_uri: `${publicUrl.origin}/`, code_verifier: VERIFIER },
  }
  const { body } = await told(
    await post(server, '/oauth/token', form, { dpop: await prove({ method: 'POST', url: TOKEN }) }),
  )
  return body
}
const { access_token: token, refresh_token: refreshToken, token_type: tokenType } = await boundTokens()
const bound = String(token)

const callApi = (proof: string | undefined, scheme = 'DPoP', text = bound) =>
  fetch(ME, { headers: { authorization: `${scheme} ${text}`, ...(proof !== undefined && { dpop: proof }) } })

test('a token that was asked for with a proof says whose it is, and is good with one', async () => {
  expect(tokenType).toBe('DPoP')
  expect(decodeJwt(bound).cnf).toEqual({ jkt: await calculateJwkThumbprint(own.jwk) })
  expect((await callApi(await prove({ method: 'GET', url: ME, token: bound }))).status).toBe(200)
})

test('a bound token that was stolen is none of a bearer’s, at the API and at the broker', async () => {
  const proof = await prove({ method: 'GET', url: ME, token: bound })
  for (const answer of [await callApi(undefined, 'Bearer'), await callApi(undefined), await callApi(proof, 'Bearer')]) {
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/DPoP .*error="(invalid_token|invalid_dpop_proof)"/)
  }
  await expect(room.connect(bound)).rejects.toThrow(/Not authorized|closed/)
  await expect(room.connect(bound, { username: '' })).rejects.toThrow(/Not authorized|closed/)
})

test('a token that is bound to nothing gains nothing from a proof, and does not come as if it were bound', async () => {
  const plain = await room.accessToken('openid home:read')
  const proof = await prove({ method: 'GET', url: ME, token: plain })
  expect((await callApi(proof, 'DPoP', plain)).status).toBe(401)
  expect((await callApi(undefined, 'Bearer', plain)).status).toBe(200)
})

const attempts: readonly (Omit<Proof, 'method' | 'url'> & {
  readonly what: string
  readonly method?: string
  readonly url?: string
  /** Which claim the developer is pointed to. */
  readonly says?: string
})[] = [
  { what: 'by another key', key: foreign },
  { what: 'by another key under the name of the right one', key: { ...foreign, jwk: own.jwk } },
  { what: 'for another method', method: 'POST' },
  { what: 'for a method in other letters', method: 'get', says: 'htm and htu' },
  { what: 'for another path', url: `${ME}/more`, says: 'htm and htu' },
  { what: 'for another host', url: 'https://evil.example/api/me' },
  { what: 'for no address', claims: { htu: 'me' } },
  { what: 'for another token', claims: { ath: hash('sha256', 'another', 'base64url') }, says: 'ath' },
  { what: 'for no token', claims: { ath: undefined }, says: 'no ath' },
  { what: 'of two minutes ago', claims: { iat: now() - 120 }, says: 'iat with the Date' },
  { what: 'of two minutes from now', claims: { iat: now() + 120 } },
  { what: 'of no time', claims: { iat: undefined } },
  { what: 'of a time that is text', claims: { iat: `${now()}` } },
  { what: 'without an id', claims: { jti: undefined }, says: 'no jti' },
  { what: 'with an id of a kilobyte', claims: { jti: 'x'.repeat(1024) } },
  { what: 'of another type', header: { typ: 'JWT' } },
  { what: 'with its private key', key: { ...own, jwk: { ...own.jwk, d: 'AAAA' } } },
  { what: 'that expired', claims: { exp: now() - 120 } },
  { what: 'that is not valid yet', claims: { nbf: now() + 120 } },
]
test.for(attempts)('a proof $what opens neither the API nor the broker', async ({ what: _, says = '', ...wrong }) => {
  const answer = await callApi(await prove({ method: 'GET', url: ME, token: bound, ...wrong }))
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('DPoP ')])
  const { detail } = (await answer.json()) as { detail: string }
  expect(detail).toMatch(/proof|key/)
  expect(detail).toContain(says)
  const atBroker = await prove({ method: 'CONNECT', url: MQTT, token: bound, ...wrong })
  await expect(room.connect(bound, { username: atBroker })).rejects.toThrow(/Not authorized|closed/)
})

test.for([
  { what: 'no algorithm', header: { alg: 'none' } },
  { what: 'a shared secret', header: { alg: 'HS256' } },
])('a proof with $what in its header opens nothing', async ({ header }) => {
  const [, payload, signature] = (await prove({ method: 'GET', url: ME, token: bound })).split('.')
  const head = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', jwk: own.jwk, ...header })).toString('base64url')
  for (const forged of [`${head}.${payload}.`, `${head}.${payload}.${signature}`]) {
    expect((await callApi(forged)).status).toBe(401)
  }
})

test('a proof is good once, whoever shows it again, and two at once are none', async () => {
  const proof = await prove({ method: 'GET', url: ME, token: bound })
  const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await callApi(proof)).status))
  expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401])
  const [one, two] = [
    await prove({ method: 'GET', url: ME, token: bound }),
    await prove({ method: 'GET', url: ME, token: bound }),
  ]
  expect((await callApi(`${one}, ${two}`)).status).toBe(401)
  const connecting = await prove({ method: 'CONNECT', url: MQTT, token: bound })
  await room.connect(bound, { username: connecting })
  await expect(room.connect(bound, { username: connecting })).rejects.toThrow(/Not authorized|closed/)
})

test('a proof that was made for the API does not connect, nor the other way round', async () => {
  const forApi = await prove({ method: 'GET', url: ME, token: bound })
  await expect(room.connect(bound, { username: forApi })).rejects.toThrow(/Not authorized|closed/)
  const forBroker = await prove({ method: 'CONNECT', url: MQTT, token: bound })
  expect((await callApi(forBroker)).status).toBe(401)
})

test('a refresh token of a public program is bound as well: without the key it is nobody’s (RFC 9449 §5)', async () => {
  const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken), client_id: 'latchkey-page' }
  const refreshWith = async (dpop: string | undefined) =>
    told(await post(server, '/oauth/token', form, dpop === undefined ? {} : { dpop }))
  expect((await refreshWith(undefined)).body.error).toMatch(/invalid_grant|invalid_request/)
  expect((await refreshWith(await prove({ method: 'POST', url: TOKEN, key: foreign }))).body.error).toBe(
    'invalid_grant',
  )
  for (const wrong of [
    { method: 'GET', url: TOKEN },
    { method: 'POST', url: ME },
    { method: 'POST', url: TOKEN, header: { typ: 'JWT' } },
  ]) {
    expect(await refreshWith(await prove(wrong))).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
  }
  const once = await prove({ method: 'POST', url: TOKEN })
  expect((await refreshWith(once)).status).toBe(200)
  expect((await refreshWith(once)).body.error).toMatch(/invalid_grant|invalid_dpop_proof/)
})

test('a token that is another’s is no better for a proof by one’s own key', async () => {
  const proof = await prove({ method: 'GET', url: ME, token: bound, key: foreign })
  expect((await callApi(proof)).status).toBe(401)
  const [head = '', , signature = ''] = bound.split('.')
  const claims = { ...decodeJwt(bound), cnf: { jkt: await calculateJwkThumbprint(foreign.jwk) } }
  const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
  const withIt = await prove({ method: 'GET', url: ME, token: forged, key: foreign })
  expect((await callApi(withIt, 'DPoP', forged)).status).toBe(401)
})

test('the API says in its answer what it wants instead (RFC 6750 §3.1, RFC 9449 §7.1)', async () => {
  const challenge = async (headers: Record<string, string>, path = '/api/me') => {
    const answer = await fetch(new URL(path, publicUrl), { headers })
    return [answer.status, answer.headers.get('www-authenticate')] as const
  }
  const [bare, nothing] = await challenge({})
  expect(bare).toBe(401)
  expect(nothing).toMatch(
    /^Bearer realm="latchkey", resource_metadata="[^"]+", DPoP realm="latchkey", algs="ES256 Ed25519 EdDSA"$/,
  )
  const [, wrong] = await challenge({ authorization: 'Bearer x.y.z' })
  expect(wrong).toContain('error="invalid_token"')
  const weak = await room.accessToken('openid home:read')
  const [forbidden, more] = await challenge({ authorization: `Bearer ${weak}` }, '/api/people')
  expect(forbidden).toBe(403)
  expect(more).toContain('error="insufficient_scope"')
  expect(more).toContain('scope="home:admin"')
})

test('a device that proves its key is asked for a nonce first, and no nonce is made by the device itself', async () => {
  const { privateKey, jwk } = await makeKey()
  const registered = await told(
    await fetch(new URL('/oauth/register', publicUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ device_kind: 'toaster', jwks: { keys: [jwk] } }),
    }),
  )
  const id = String(registered.body.client_id)
  const askWith = async (claims: Record<string, unknown>) => {
    const assertion = await new SignJWT({ jti: randomUUID(), iss: id, sub: id, aud: publicUrl.origin })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
    return post(
      server,
      '/oauth/token',
      {
        ...{ grant_type: 'refresh_token', refresh_token: 'x', client_id: id, client_assertion: assertion },
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
      { dpop: await prove({ method: 'POST', url: TOKEN, key: { privateKey, jwk }, claims }) },
    )
  }
  const first = await askWith({})
  const nonce = first.headers.get('dpop-nonce') ?? ''
  expect(await told(first)).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
  expect((await told(await askWith({ nonce: 'of my own' }))).body.error).toBe('use_dpop_nonce')
  // With the server's nonce a clock that is a year behind is no matter.
  expect((await told(await askWith({ nonce, iat: now() - 31_536_000 }))).body.error).toBe('invalid_grant')
})

test('basic credentials of nobody are no bearer', async () => {
  const nobody = { client_id: 'x', client_secret: 'y' } as Parameters<typeof basic>[0]
  const answer = await fetch(ME, { headers: { authorization: basic(nobody) } })
  expect(answer.status).toBe(401)
})
