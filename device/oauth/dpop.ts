// Tokens that are bound to the device's key, for servers that want it (RFC 9449): of no use to whoever finds one.
import { webcrypto } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { type Millis, seconds } from '#contract/time.ts'
import { type ClientKey, ES256, importSigningKey, publicHalf } from './client-key.ts'

export interface Binding {
  /** For oauth4webapi's requests: signs their proofs, and remembers the server's nonce. */
  readonly handle: oauth.DPoPHandle
  /** The proof that goes with an access token to a broker at a WebSocket. No standard says how; our hub takes it as the user name. */
  proofFor(accessToken: string, broker: URL): Promise<string>
}

/** `skew` is how far the server's clock is ahead of ours. */
export async function createBinding(key: ClientKey, skew: Millis): Promise<Binding> {
  const [privateKey, publicKey] = await Promise.all([
    importSigningKey(key),
    webcrypto.subtle.importKey('jwk', publicHalf(key), ES256, true, ['verify']),
  ])
  const handle = oauth.DPoP({ [oauth.clockSkew]: Math.round(skew / seconds(1)) }, { privateKey, publicKey })
  return {
    handle,
    async proofFor(accessToken, broker) {
      const url = new URL(broker)
      url.protocol = broker.protocol === 'wss:' ? 'https:' : 'http:'
      // The library makes the proof of a request that is never sent.
      let proof: string | undefined
      const catchIt = async (_url: string, { headers }: { headers: Record<string, string> }) => {
        proof = headers.dpop
        return new Response()
      }
      await oauth.protectedResourceRequest(accessToken, 'CONNECT', url, undefined, undefined, {
        ...{ DPoP: handle, [oauth.customFetch]: catchIt, [oauth.allowInsecureRequests]: true },
      })
      if (proof === undefined) throw new Error('Cannot prove that the access token is ours: the library made no proof')
      return proof
    },
  }
}

/** Once more with the nonce that the server has just told (RFC 9449 §8). */
export async function withNonce<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return request()
  }
}
