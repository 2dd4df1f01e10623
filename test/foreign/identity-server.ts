// Somebody else's OpenID provider, as a process of its own: oidc-provider as it comes, twice, each in a path as Keycloak's realms are, and
// with the lies that a test may ask for.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import type { Lie } from './identity-provider.ts'

const [port = '0'] = process.argv.slice(2)
const origin = `http://127.0.0.1:${port}`
const REALMS = ['one', 'two'] as const

const newKey = async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: 'the-key', alg: 'ES256', use: 'sig' }
}
const [key, otherKey] = [await newKey(), await newKey()]

function createRealm(realm: string) {
  const provider = new Provider(`${origin}/realms/${realm}`, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: 'the-house',
        client_secret: 'a secret of the house',
        redirect_uris: ['http://localhost/callback'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    // In the ID token, as Google, Microsoft, Auth0 and Keycloak have it.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['name', 'email'] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: `${sub} there`, email: sub }) }),
    features: { devInteractions: { enabled: true } },
    // The test's browser has one jar for all ports, as a real one has.
    cookies: { names: { session: `${realm}_s`, interaction: `${realm}_i`, resume: `${realm}_r` }, keys: ['k'] },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session?.accountId ?? '',
        clientId: oidc.client?.clientId ?? '',
      })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 60, Interaction: 600, Session: 3600 },
  })
  // Each test's hub has a port of its own.
  provider.Client.prototype.redirectUriAllowed = (uri: string) => uri.startsWith('http://localhost:')
  return provider.callback()
}
const realms = new Map(REALMS.map((realm) => [realm as string, createRealm(realm)]))

let lies: Lie[] = []
process.on('message', (next: Lie[]) => {
  lies = [...next]
  process.send?.({ heard: true })
})

/** The same token, with other claims or of another key. */
async function forge(token: string, { claims = {}, key: by = 'own' }: Lie): Promise<string> {
  const jwk = by === 'own' ? key : otherKey
  const payload = { ...decodeJwt(token), ...claims }
  for (const [name, value] of Object.entries(payload)) if (value === null) delete payload[name]
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', kid: 'the-key' })
    .sign(await importJWK(jwk, 'ES256'))
}

/** Holds the answer back and sends another. */
function tamper(response: ServerResponse, lie: Lie): void {
  const end = response.end.bind(response)
  response.end = ((body: Buffer | string) => {
    const said = JSON.parse(body.toString()) as { id_token?: string }
    void forge(said.id_token ?? '', lie).then((forged) => {
      const text = JSON.stringify({ ...said, id_token: forged })
      response.setHeader('content-length', Buffer.byteLength(text))
      end(text)
    })
    return response
  }) as typeof response.end
}

const server = createServer((request: IncomingMessage, response) => {
  const [, , realm = '', ...rest] = (request.url ?? '').split('/')
  const answer = realms.get(realm)
  const path = `/${rest.join('/')}`
  if (answer === undefined) return void response.writeHead(404).end()
  const [lie] = lies
  if (lie?.answer !== undefined && path.startsWith(lie.at ?? '/token')) {
    lies = lies.slice(1)
    if (lie.answer === 'hang_up') return void request.socket.destroy()
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(lie.answer)
  }
  if (lie !== undefined && path === '/token') {
    lies = lies.slice(1)
    tamper(response, lie)
  }
  // As strict ones do: what is filled in here ends here, or at the hub.
  response.setHeader('content-security-policy', "form-action 'self' http://localhost:*")
  // The library finds the path that it is mounted at by what is missing from `url`.
  Object.assign(request, { originalUrl: request.url, url: path })
  answer(request, response)
})
server.listen(Number(port), '127.0.0.1', () => process.send?.({ ready: true }))
