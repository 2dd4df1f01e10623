// The device's one key: made at first start, never shown.
import { webcrypto } from 'node:crypto'
import * as v from 'valibot'

/** An ES256 key pair as a private JWK (RFC 7517). */
export const clientKey = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: v.string(),
  y: v.string(),
  d: v.string(),
})
export type ClientKey = v.InferOutput<typeof clientKey>
export type PublicKey = Omit<ClientKey, 'd'>

export const ES256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

export async function createClientKey(): Promise<ClientKey> {
  const { privateKey } = await webcrypto.subtle.generateKey(ES256, true, ['sign', 'verify'])
  return v.parse(clientKey, await webcrypto.subtle.exportKey('jwk', privateKey))
}

export const publicHalf = ({ d: _, ...rest }: ClientKey): PublicKey => rest

/** For signing client assertions; it cannot be exported again. */
export const importSigningKey = (key: ClientKey): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('jwk', key, ES256, false, ['sign'])
