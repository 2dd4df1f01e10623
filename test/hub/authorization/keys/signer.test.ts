import { compactVerify, createLocalJWKSet, exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import type { SigningKey } from '../../../../hub/authorization/keys/key-file.ts'
import { Signer } from '../../../../hub/authorization/keys/signer.ts'

const keyFor = async (alg: 'ES256' | 'RS256'): Promise<SigningKey> => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'front-door' } as SigningKey
}
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

// A number in a DER signature is shorter than 32 bytes once in 256 times, and has a byte more every other time.
test.each([
  ['ES256', 1000],
  ['RS256', 3],
] as const)('what is signed with %s is a JWS that jose takes, %i times', async (alg, times) => {
  const jwk = await keyFor(alg)
  const signer = new Signer(jwk)
  const { d: _, ...published } = jwk
  const keys = createLocalJWKSet({ keys: [published] })
  for (let n = 0; n < times; n++) {
    const input = `${encode({ alg: signer.alg, kid: signer.kid })}.${encode({ n })}`
    const signature = Buffer.from(signer.sign(Buffer.from(input))).toString('base64url')
    const { payload } = await compactVerify(`${input}.${signature}`, keys)
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ n })
  }
})

test('the public half is what it tells of itself', async () => {
  const jwk = await keyFor('ES256')
  const { kty, crv, x, y, use, kid, alg } = new Signer(jwk)
  expect({ kty, crv, x, y, use, kid, alg }).toEqual({ ...jwk, d: undefined })
  expect(new Signer(jwk).keyObject().type).toBe('public')
})
