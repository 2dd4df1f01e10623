// A signing key as the authorization server uses it. The library would sign by WebCrypto, each time on another thread: with ES256 the way
// there and back costs more than the signature, and every access token of every device has one.
import { createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto'
import { ExternalSigningKey } from 'oidc-provider'
import type { SigningKey } from './key-file.ts'

export class Signer extends ExternalSigningKey {
  readonly #jwk: SigningKey
  readonly #key: KeyObject

  constructor(jwk: SigningKey) {
    super()
    this.#jwk = jwk
    this.#key = createPrivateKey({ key: jwk, format: 'jwk' })
  }

  override get kid() {
    return this.#jwk.kid
  }

  override get alg() {
    return this.#jwk.alg
  }

  override keyObject(): KeyObject {
    return createPublicKey(this.#key)
  }

  /**
   * The signature as a JWS has it (RFC 7518 §3.3, §3.4). Not by `sign()`, which is as fast: Node counts each call of that as a request under
   * way until garbage collection, and who waits for everything to come to rest (simulator/time) waits for it.
   */
  override sign(data: Uint8Array): Uint8Array {
    const signature = createSign('sha256').update(data).sign(this.#key)
    return this.#jwk.alg === 'ES256' ? sideBySide(signature) : signature
  }
}

/** Bytes of each of the two numbers of an ES256 signature. */
const SIZE = 32

/**
 * The two INTEGERs of a DER signature without what is around them (RFC 7518 §3.4). Node does the same when asked for `ieee-p1363`, and
 * with it takes three times as long, since it then looks for the key in an object (measured with Node 24).
 */
function sideBySide(der: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * SIZE)
  let at = 2
  for (const end of [SIZE, 2 * SIZE]) {
    const start = at + 2
    at = start + (der[at + 1] ?? 0)
    // One zero more where the first bit is set, fewer bytes where the number is small.
    const number = der.subarray(start, at).subarray(-SIZE)
    pair.set(number, end - number.length)
  }
  return pair
}
