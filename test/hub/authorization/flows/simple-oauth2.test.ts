// simple-oauth2: authorization code, client credentials, and the password of somebody where the household has switched that on.
import { decodeJwt } from 'jose'
import { AuthorizationCode, ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2'
import { expect, test } from 'vitest'
import { OWNER } from '../../../person.ts'
import { challengeOf, openAttackRoom, VERIFIER } from '../attacks/room.ts'
import { answerConsent, CALLBACK, type Registered, register } from './apps.ts'

const { server, owner } = await openAttackRoom({ legacyFlows: ['password'] })

const configFor = ({ client_id, client_secret = '' }: Registered) => ({
  client: { id: client_id, secret: client_secret },
  auth: { tokenHost: server.url.origin, tokenPath: '/oauth/token', revokePath: '/oauth/revoke' },
})
const scopeOf = (token: { readonly [key: string]: unknown }) => decodeJwt(String(token.access_token)).scope

test('simple-oauth2 gets a code, trades it, refreshes, and revokes', async () => {
  const app = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
  const { auth, ...config } = configFor(app)
  const client = new AuthorizationCode({ ...config, auth: { ...auth, authorizePath: '/oauth/authorize' } })
  const asked = { redirect_uri: CALLBACK, scope: 'openid home:read offline_access', state: 's' }
  // The library's types know no PKCE; it passes on what it is given.
  const proof = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256', prompt: 'consent' }
  const url = new URL(client.authorizeURL({ ...asked, ...proof } as typeof asked))
  const back = await answerConsent(owner, url, 'approved')
  const traded = { code: back.searchParams.get('code') ?? '', redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const first = await client.getToken(traded)
  expect(scopeOf(first.token)).toBe('home:read')
  const second = await first.refresh()
  expect(scopeOf(second.token)).toBe('home:read')
  await second.revoke('refresh_token')
  await expect(second.refresh()).rejects.toThrow('Bad Request')
})

test('simple-oauth2 gets tokens for a service', async () => {
  const service = await register(server, { grant_types: ['client_credentials'], redirect_uris: [] })
  const { token } = await new ClientCredentials(configFor(service)).getToken({ scope: 'home:read' })
  expect(token).toMatchObject({ token_type: 'Bearer', scope: 'home:read', expires_in: 600 })
})

test('simple-oauth2 trades a password, as the switch is on and the owner has named the program', async () => {
  const app = await register(server, { grant_types: ['password'], redirect_uris: [] }, { password: true })
  const client = new ResourceOwnerPassword(configFor(app))
  const { token } = await client.getToken({ username: OWNER.name, password: OWNER.password, scope: 'home:read' })
  expect(decodeJwt(String(token.access_token))).toMatchObject({ scope: 'home:read', role: 'owner' })
})
