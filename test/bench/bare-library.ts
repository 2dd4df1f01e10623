// The peer: oidc-provider as it comes, with its store in memory. What the hub costs above it is the hub's own.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import Provider from 'oidc-provider'

/** A service with a secret. */
export const PEER = { client_id: 'peer', client_secret: 'a secret of the peer that nobody else has' } as const
/** What has a key, as a device has. */
const DEVICE = 'peer-device'

export interface Peer {
  readonly url: string
  readonly deviceKey: JWK
  readonly refreshToken: string
}

/** It ends with the process. */
export async function startBareLibrary(): Promise<Peer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const [signing, device] = await Promise.all([createKey(), createKey()])
  const { d: _, ...published } = device
  const resource = {
    ...{ scope: 'home:read', audience: 'urn:latchkey:home', accessTokenTTL: 600, accessTokenFormat: 'jwt' as const },
    jwt: { sign: { alg: 'ES256' as const } },
  }
  const provider = new Provider(url, {
    jwks: { keys: [signing] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      { ...PEER, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      {
        ...{ client_id: DEVICE, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [published] } },
        ...{ grant_types: ['authorization_code', 'refresh_token'], redirect_uris: ['https://peer.example/'] },
      },
    ],
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    rotateRefreshToken: false,
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 86_400, RefreshToken: 86_400 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
    },
    routes: { token: '/oauth/token' },
  })
  server.on('request', provider.callback())
  return { url, deviceKey: device, refreshToken: await createRefreshToken(provider) }
}

/** The form with which its device refreshes. */
export async function refreshOfPeer({ url, deviceKey, refreshToken }: Peer): Promise<{ form: Record<string, string> }> {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(DEVICE)
    .setSubject(DEVICE)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importJWK(deviceKey))
  return {
    form: {
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: DEVICE, client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
  }
}

async function createKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }
}

/** As if somebody had let the device in. */
async function createRefreshToken(provider: Provider): Promise<string> {
  const client = await provider.Client.find(DEVICE)
  if (client === undefined) throw new Error('the bare library does not know its own client')
  const accountId = 'somebody'
  const grant = new provider.Grant({ accountId, clientId: DEVICE })
  grant.addResourceScope('urn:latchkey:home', 'home:read')
  const token = new provider.RefreshToken({
    ...{ accountId, client, grantId: await grant.save(), gty: 'authorization_code', scope: 'home:read' },
    ...{ resource: 'urn:latchkey:home', authTime: Math.floor(Date.now() / 1000) },
  })
  return token.save()
}
