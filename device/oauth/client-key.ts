// The device's one key: made at first start, never shown.
import { webcrypto } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
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

export async function createClientKey(): Promise<ClientKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return v.parse(clientKey, await exportJWK(privateKey))
}

export const publicHalf = ({ d: _, ...rest }: ClientKey): PublicKey => rest

/** For signing client assertions; it cannot be exported again. */
export const importSigningKey = (key: ClientKey): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
