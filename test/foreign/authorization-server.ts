// Somebody else's authorization server, as a process of its own: oidc-provider as it comes, in a path as Keycloak's realms are, with
// refresh tokens that rotate and the bad days that servers in the cloud have.
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import type { Trouble } from './processes.ts'

const [port = '0', path = '/realms/home'] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}${path}`

const common = {
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [],
  response_types: [],
} as const
const provider = new Provider(issuer, {
  clients: [
    {
      ...common,
      client_id: 'hall-heating',
      client_secret: 'a secret of the hall',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    { ...common, client_id: 'cellar-heating', token_endpoint_auth_method: 'none' },
    { ...common, client_id: 'attic-heating', token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true },
  ] as never,
  scopes: ['openid', 'offline_access', 'home'],
  features: {
    deviceFlow: { enabled: true },
    devInteractions: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
  },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  ttl: { AccessToken: 60, DeviceCode: 600, RefreshToken: 3600, Grant: 3600, Interaction: 600, Session: 3600 },
})
provider.on('grant.error', (_ctx, { error }) => error === 'use_dpop_nonce' && process.send?.({ asked: error }))
const answer = provider.callback()

/** What the token endpoint says instead of an answer, one after the other; whoever runs this process sends them. */
const trouble: Trouble[] = []
process.on('message', (next: typeof trouble) => trouble.push(...next))

const TROUBLE: Record<Trouble, (request: IncomingMessage, response: ServerResponse) => void> = {
  // As Auth0 says it.
  slow_down: (_request, response) =>
    void response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":"slow_down"}'),
  unavailable: (_request, response) => void response.writeHead(503).end(),
  html: (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
  reset: (request) => void request.socket.destroy(),
  hang: () => {},
}

const server = createServer((request, response) => {
  if (request.url?.startsWith(`${path}/token`)) {
    const [next] = trouble.splice(0, 1)
    process.send?.({ asked: next ?? 'token' })
    if (next !== undefined) return TROUBLE[next](request, response)
  }
  // The library finds the path that it is mounted at by what is missing from `url`.
  Object.assign(request, { originalUrl: request.url, url: request.url?.slice(path.length) || '/' })
  return answer(request, response)
})
server.listen(Number(port), '127.0.0.1', () => process.send?.({ issuer }))
