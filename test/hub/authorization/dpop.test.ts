// Proofs of possession by number: they are remembered, and nobody's memory is at the cost of another's.
import { hash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { createProofs, MOST_OF_ONE } from '../../../hub/authorization/dpop.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const asked = { method: 'GET', url: 'http://localhost/api/me', token: 'a token' }

async function createHolder(clock: VirtualClock, name: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const holder = { thumbprint: await calculateJwkThumbprint(jwk), name }
  let made = 0
  const prove = async () => {
    const iat = Math.floor(clock.now() / 1000)
    const claims = {
      jti: String(made++),
      htm: asked.method,
      htu: asked.url,
      iat,
      ath: hash('sha256', asked.token, 'base64url'),
    }
    const proof = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey)
    return { ...asked, proof }
  }
  return { holder, prove }
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
}, 60_000)
