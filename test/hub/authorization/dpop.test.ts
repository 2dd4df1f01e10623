// Proofs of possession by number: they are remembered, and nobody's memory is at the cost of another's.
import { hash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { instant, minutes, seconds } from '#contract/time.ts'
import { createProofs, MOST_OF_ONE } from '../../../hub/authorization/dpop.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const asked = { method: 'GET', url: 'http://localhost/api/me', token: 'a token' }

async function createHolder(clock: VirtualClock, name: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const holder = { thumbprint: await calculateJwkThumbprint(jwk), name }
  let made = 0
  const prove = async (more: { readonly claims?: object; readonly header?: object } = {}) => {
    const iat = Math.floor(clock.now() / 1000)
    const claims = {
      jti: String(made++),
      htm: asked.method,
      htu: asked.url,
      iat,
      ath: hash('sha256', asked.token, 'base64url'),
      ...more.claims,
    }
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk, ...more.header }
    const proof = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    return { ...asked, proof }
  }
  return { holder, prove, jwk }
}

test('whoever sends proofs without end is held up, with each of their keys, and nobody else', async () => {
  const clock = new VirtualClock()
  const proofs = createProofs(clock)
  const [first, second, other] = [
    await createHolder(clock, 'guest'),
    await createHolder(clock, 'guest'),
    await createHolder(clock, 'owner'),
  ]
  for (let n = 0; n < MOST_OF_ONE; n++) {
    const { prove, holder } = n % 2 === 0 ? first : second
    await proofs.check(await prove(), holder)
  }
  for (const { prove, holder } of [first, second]) {
    await expect(proofs.check(await prove(), holder)).rejects.toThrow('too many proofs')
  }
  await proofs.check(await other.prove(), other.holder)
  await clock.advance(minutes(3))
  await proofs.check(await first.prove(), first.holder)
})

const START = Math.floor(new VirtualClock().now() / 1000)
const OLD = START - 61

test.for([
  { what: 'another typ', more: { header: { typ: 'JWT' } }, says: 'its proof has another typ than dpop+jwt' },
  { what: 'no typ', more: { header: { typ: undefined } }, says: 'its proof has another typ than dpop+jwt' },
  {
    what: 'an old iat',
    more: { claims: { iat: OLD } },
    says: 'its proof is not of now: compare its iat with the Date',
  },
  { what: 'an iat of a clock ahead', more: { claims: { iat: START + 61 } }, says: 'its proof is not of now: compare' },
  { what: 'an iat that is no number', more: { claims: { iat: 'now' } }, says: 'its proof has no iat as RFC 9449' },
  { what: 'no iat', more: { claims: { iat: undefined } }, says: 'its proof has no iat as RFC 9449' },
  { what: 'an exp that is over', more: { claims: { exp: OLD } }, says: 'its proof has expired: compare its exp' },
  {
    what: 'an nbf to come',
    more: { claims: { nbf: START + 61 } },
    says: 'its proof is not valid yet: compare its nbf',
  },
])('a proof with $what is told apart from one that is signed wrongly: $says', async ({ more, says }) => {
  const clock = new VirtualClock()
  const { prove, holder } = await createHolder(clock, 'guest')
  await expect(createProofs(clock).check(await prove(more), holder)).rejects.toThrow(says)
})

test('a proof that another key signed says so, and nothing of what is in it', async () => {
  const clock = new VirtualClock()
  const [own, other] = [await createHolder(clock, 'guest'), await createHolder(clock, 'guest')]
  const shown = await own.prove({ header: { jwk: other.jwk, typ: 'JWT' }, claims: { exp: OLD } })
  await expect(createProofs(clock).check(shown, own.holder)).rejects.toThrow('its proof is not signed by the key in it')
  const secret = new Uint8Array(32)
  const proof = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt' }).sign(secret)
  await expect(createProofs(clock).check({ ...asked, proof }, own.holder)).rejects.toThrow(
    'its proof must be signed with ES256 or Ed25519 or EdDSA',
  )
})

test('a proof of before the start is refused, as it may have been used; one of the same second and later is not', async () => {
  const clock = new VirtualClock()
  const { prove, holder } = await createHolder(clock, 'owner')
  const before = await prove()
  await createProofs(clock).check(before, holder)
  await clock.advance(seconds(5))
  const restarted = createProofs(clock)
  await expect(restarted.check(before, holder)).rejects.toThrow('from before the hub started, so make another')
  await restarted.check(await prove(), holder)
  await clock.advance(seconds(59))
  await restarted.check(await prove(), holder)
})

test('a clock that was ahead at the start is no reason to refuse for more than a minute', async () => {
  const clock = new VirtualClock()
  const { prove, holder } = await createHolder(clock, 'owner')
  let aheadBy = minutes(60)
  const proofs = createProofs({
    now: () => instant(clock.now() + aheadBy),
    uptime: () => clock.uptime(),
    sleep: (length, signal) => clock.sleep(length, signal),
  })
  aheadBy = minutes(0)
  await expect(proofs.check(await prove(), holder)).rejects.toThrow('before the hub started')
  await clock.advance(seconds(61))
  await proofs.check(await prove(), holder)
})
