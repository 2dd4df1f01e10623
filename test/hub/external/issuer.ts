// Another server that says who comes in, as a process of its own: oidc-provider as it comes, in a path, with scopes of its own names. Told by
// whoever runs it to change its keys.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const [port = '0', redirectUri = 'https://home.example/'] = process.argv.slice(2)
const path = '/realms/home'
const issuer = `http://127.0.0.1:${port}${path}`
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const none = { redirect_uris: [], response_types: [] }

const createKey = async (): Promise<object> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'ES256', use: 'sig' }
}

const createProvider = (keys: readonly object[]) =>
  new Provider(issuer, {
    jwks: { keys: [...keys] as never },
    clients: [
      {
        ...none,
        client_id: 'hall-heating',
        client_secret: 'a secret of the hall',
        grant_types: ['client_credentials', DEVICE_CODE, 'refresh_token'],
      },
      {
        ...none,
        client_id: 'attic-heating',
        token_endpoint_auth_method: 'none',
        grant_types: [DEVICE_CODE, 'refresh_token'],
        dpop_bound_access_tokens: true,
      },
      { ...none, client_id: 'node-red', client_secret: 'a secret of its own', grant_types: ['client_credentials'] },
      { ...none, client_id: 'tablet', token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE] },
      {
        client_id: 'page',
        token_endpoint_auth_method: 'none',
        application_type: 'web',
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ] as never,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', 'offline_access'],
    clientBasedCORS: () => true,
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'house:see house:heat house:keep',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    issueRefreshToken: async () => true,
    ttl: { DeviceCode: 600, RefreshToken: 3600, Grant: 3600, Interaction: 600, Session: 3600 },
  }).callback()

let answer = createProvider([await createKey()])
process.on('message', async () => {
  answer = createProvider([await createKey()])
  process.send?.({ rotated: true })
})
createServer((request, response) => {
  process.send?.({ asked: request.url })
  // The library finds the path that it is mounted at by what is missing from `url`.
  Object.assign(request, { originalUrl: request.url, url: request.url?.slice(path.length) || '/' })
  return answer(request, response)
}).listen(Number(port), '127.0.0.1', () => process.send?.({ issuer }))
