// The peer: oidc-provider as it comes, with one client and its store in memory. What the hub costs above it is the hub's own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

export const PEER = { client_id: 'peer', client_secret: 'a secret of the peer that nobody else has' } as const

/** Returns its base URL. It ends with the process. */
export async function startBareLibrary(): Promise<URL> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://localhost:${(server.address() as AddressInfo).port}`)
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const resource = {
    ...{ scope: 'home:read', audience: 'urn:latchkey:home', accessTokenTTL: 600, accessTokenFormat: 'jwt' as const },
    jwt: { sign: { alg: 'ES256' as const } },
  }
  const provider = new Provider(url.origin, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [{ ...PEER, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:latchkey:home',
        getResourceServerInfo: () => resource,
      },
    },
    routes: { token: '/oauth/token' },
  })
  server.on('request', provider.callback())
  return url
}
