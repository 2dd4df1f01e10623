// A rotation as clients see it: a device, a person on the page, and a relying party that keeps the key set as long as it may.
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose'
import { expect, test } from 'vitest'
import { hours, minutes } from '#contract/time.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { signIn } from '../../../home.ts'
import { becomeOwner, createPerson } from '../../../person.ts'
import { createBareDevice } from '../device-client.ts'
import { type Server, startServer } from '../server.ts'

async function open() {
  const keyClock = new VirtualClock()
  const server = await startServer({ keyClock })
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const { verifier } = server.authorization
  return {
    server,
    owner,
    keyClock,
    admits: (token: string) =>
      verifier.verify(token).then(
        () => true,
        (error) => error.code,
      ),
  }
}

const keySet = async ({ url }: Server) => (await (await fetch(new URL('/oauth/jwks', url))).json()) as JSONWebKeySet
const kidOf = (token: string) => decodeProtectedHeader(token).kid

async function pairDevice({ url }: Server, owner: Awaited<ReturnType<typeof becomeOwner>>) {
  const device = await createBareDevice(url)
  const { deviceCode, userCode } = await device.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const { body } = await device.redeem(deviceCode)
  const refresh = async () => {
    const answer = await device.post('/oauth/token', {
      ...{ grant_type: 'refresh_token', refresh_token: String(body.refresh_token), client_id: device.id },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await device.assertion(),
    })
    return String(answer.body.access_token)
  }
  return { device, first: String(body.access_token), refresh }
}

test('no client notices a rotation: neither a device, nor a person, nor a relying party with an old key set', async () => {
  const { server, owner, keyClock, admits } = await open()
  await using _ = server
  const paired = await pairDevice(server, owner)
  const waiting = await createBareDevice(server.url)
  const asked = await waiting.askForCode()
  await server.keys.rotate()
  server.authorization.followKeys()

  const answer = await fetch(new URL('/oauth/jwks', server.url))
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
  expect(answer.headers.get('content-type')).toContain('application/jwk-set+json')
  const cached = (await answer.json()) as JSONWebKeySet
  expect(cached.keys).toHaveLength(4)
  const before = await signIn(server.url, owner)
  expect(kidOf(before)).toBe(kidOf(paired.first))

  await keyClock.advance(minutes(10))
  await server.authorization.sweep()
  const refreshed = await paired.refresh()
  expect(kidOf(refreshed)).not.toBe(kidOf(paired.first))
  for (const token of [paired.first, before, refreshed]) {
    expect(await admits(token)).toBe(true)
    // Foreign: with the set as it was when the new keys were published.
    await jwtVerify(token, createLocalJWKSet(cached), { issuer: server.url.origin })
  }
  // The person is still signed in, and a code that was asked for before is good after.
  expect(kidOf(await signIn(server.url, owner))).toBe(kidOf(refreshed))
  expect((await owner.get('/pair')).url.pathname).toBe('/pair')
  await owner.post('/pair', { user_code: asked.userCode, answer: 'approved' })
  expect((await waiting.redeem(asked.deviceCode)).status).toBe(200)

  await keyClock.advance(hours(2))
  await server.authorization.sweep()
  expect((await keySet(server)).keys.map(({ kid }) => kid)).not.toContain(kidOf(paired.first))
  expect(await admits(paired.first)).toBe('bad_signature')
  expect(await admits(refreshed)).toBe(true)
  expect(await admits(await paired.refresh())).toBe(true)
})

test('a key that is dropped takes its tokens along and nothing else: who refreshes goes on', async () => {
  const { server, owner, admits } = await open()
  await using _ = server
  const paired = await pairDevice(server, owner)
  const before = await signIn(server.url, owner)
  await server.keys.retire([kidOf(before) ?? ''])
  server.authorization.followKeys()
  expect(await admits(paired.first)).toBe('bad_signature')
  expect(await admits(before)).toBe('bad_signature')
  expect(await admits(await paired.refresh())).toBe(true)
  expect(await admits(await signIn(server.url, owner))).toBe(true)
  expect((await keySet(server)).keys).toHaveLength(2)
})

test('what was attached to the provider is attached to the next one: limits, audit, pace and policy', async () => {
  const { server, owner } = await open()
  await using _ = server
  await server.keys.retire(server.keys.list().map(({ kid }) => kid))
  server.authorization.followKeys()
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  expect((await device.redeem(deviceCode)).body.error).toBe('authorization_pending')
  expect((await device.redeem(deviceCode)).body.error).toBe('slow_down')
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  expect((await device.redeem(deviceCode)).status).toBe(200)
  const events = server.authorization.audit.list().map(({ event }) => event)
  expect(events).toEqual(expect.arrayContaining(['device_registered', 'code_issued', 'grant_issued']))
  expect(() => server.authorization.provider.on('grant.success', () => {})).toThrow(/belongs into createProvider/)
  expect((await createPerson(server.url).get('/sign-in')).status).toBe(200)
})

test('RS256 is published and offered for ID tokens, ours are ES256', async () => {
  const { server, owner } = await open()
  await using _ = server
  const metadata = (await (await fetch(new URL('/.well-known/openid-configuration', server.url))).json()) as {
    id_token_signing_alg_values_supported: string[]
  }
  expect(metadata.id_token_signing_alg_values_supported.sort()).toEqual(['ES256', 'RS256'])
  const { keys } = await keySet(server)
  expect(keys.map(({ kty, alg, use }) => `${kty} ${alg} ${use}`).sort()).toEqual(['EC ES256 sig', 'RSA RS256 sig'])
  expect(JSON.stringify(keys)).not.toMatch(/"(d|p|q|dp|dq|qi)"/)
  expect(decodeProtectedHeader(await signIn(server.url, owner)).alg).toBe('ES256')
})

test('an access token by our RSA key is taken as RFC 9068 asks, one that takes a public key for a secret is not', async () => {
  const { server, owner, admits } = await open()
  await using _ = server
  const token = await signIn(server.url, owner)
  const [ec, rsa] = ['ES256', 'RS256'].map((alg) => server.keys.signing.keys.find((key) => key.alg === alg))
  const signed = async (alg: string, kid: string | undefined, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT(decodeJwt(token)).setProtectedHeader({ alg, kid: kid ?? '', typ: 'at+jwt' }).sign(key)
  if (ec === undefined || rsa === undefined) throw new Error('keys of both kinds are missing')
  expect(await admits(await signed('RS256', rsa.kid, await importJWK(rsa)))).toBe(true)
  const secret = Buffer.from(JSON.stringify(server.keys.published.keys[0]).padEnd(64))
  for (const [alg, kid] of [
    ['HS256', rsa.kid],
    ['HS256', ec.kid],
    ['PS256', rsa.kid],
  ] as const) {
    const forged = await signed(alg, kid, alg === 'HS256' ? secret : await importJWK({ ...rsa, alg }))
    expect(await admits(forged), alg).toBe('bad_signature')
  }
  expect(await admits(await signed('RS256', ec.kid, await importJWK(rsa)))).toBe('bad_signature')
})
