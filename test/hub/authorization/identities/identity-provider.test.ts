// One provider alone, where it differs from what identities.test.ts meets: a server of a few lines plays Microsoft.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { createIdentityProvider } from '../../../../hub/authorization/identities/identity-provider.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

test('Microsoft’s shared issuer is held to the tenant that its token names', async () => {
  const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }
  let claims: Record<string, unknown> = {}
  const server = createServer((request, response) => {
    const answer = (body: object): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/keys') return answer({ keys: [jwk] })
    if (request.url?.startsWith('/common/v2.0/.well-known/')) {
      return answer({
        issuer: `${origin}/{tenantid}/v2.0`,
        ...{
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          jwks_uri: `${origin}/keys`,
        },
      })
    }
    const token = new SignJWT({ nonce: 'n', sub: 'kim', aud: 'the-house', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('1m')
    return void token.sign(privateKey).then((id_token) => answer({ access_token: 'x', token_type: 'Bearer', id_token }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = createIdentityProvider({
    settings: {
      ...{ id: 'microsoft', name: 'Microsoft', issuer: new URL(`${origin}/common/v2.0`), clientId: 'the-house' },
      ...{ clientSecret: undefined, tokenEndpointAuth: 'none' },
      ...{ scopes: ['openid'], confirms: true },
    },
    publicUrl: new URL('http://localhost:1'),
    clock: systemClock,
  })
  const finish = (next: Record<string, unknown>) => {
    claims = next
    return provider.finish(new URLSearchParams({ code: 'c', state: 's' }), { state: 's', nonce: 'n', verifier: 'v' })
  }
  try {
    const issuer = `${origin}/${TENANT}/v2.0`
    expect(await finish({ iss: issuer, tid: TENANT })).toMatchObject({ issuer, subject: 'kim' })
    const other = TENANT.replace('9', '8')
    for (const wrong of [
      { iss: issuer, tid: other },
      { iss: issuer },
      { iss: `${origin}/{tenantid}/v2.0`, tid: '{tenantid}' },
      { iss: `${origin}/realms/home/v2.0`, tid: 'realms/home' },
    ]) {
      await expect(finish(wrong)).rejects.toMatchObject({ code: 'not_believed' })
    }
    expect(provider.mayTellOf(issuer)).toBe(true)
    for (const told of [`${origin}/common/v2.0`, `${origin}/${TENANT}`, `https://evil.example/${TENANT}/v2.0`, 'x']) {
      expect(provider.mayTellOf(told), told).toBe(false)
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test.for([
  {
    what: 'another issuer',
    answer: { status: 200, type: 'application/json', body: { issuer: 'http://id.example/realms/work' } },
    says: { code: 'not_set_up', message: 'its issuer is "http://id.example/realms/work": write it so in the settings' },
  },
  {
    what: 'nothing at this place',
    answer: { status: 404, type: 'text/html', body: {} },
    says: {
      code: 'not_set_up',
      message: expect.stringMatching(
        /^there is no OpenID .*\/a\/\.well-known\/openid-configuration .*: got 404 text\/html$/,
      ),
    },
  },
  {
    what: 'something else',
    answer: { status: 200, type: 'text/html', body: {} },
    says: { code: 'not_set_up', message: expect.stringMatching(/: got no metadata$/) },
  },
  {
    what: 'a bad day',
    answer: { status: 503, type: 'text/html', body: {} },
    says: { code: 'unreachable', message: 'Work does not answer' },
  },
])('a provider that answers with $what: the settings are named where they are wrong', async ({ answer, says }) => {
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const provider = createIdentityProvider({
    settings: {
      ...{ id: 'work', name: 'Work', clientId: 'the-house', clientSecret: undefined, tokenEndpointAuth: 'none' },
      issuer: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/`),
      ...{ scopes: ['openid'], confirms: true },
    },
    ...{ publicUrl: new URL('http://localhost:1'), clock: systemClock },
  })
  try {
    await expect(provider.begin({ state: 's', nonce: 'n', verifier: 'v' }, false)).rejects.toMatchObject(says)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a provider that does not answer is waited for eight seconds of the hub’s clock', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const asked = once(server, 'request')
  const clock = new VirtualClock()
  const provider = createIdentityProvider({
    settings: {
      ...{ id: 'work', name: 'Work', clientId: 'the-house', clientSecret: undefined, tokenEndpointAuth: 'none' },
      issuer: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      ...{ scopes: ['openid'], confirms: true },
    },
    ...{ publicUrl: new URL('http://localhost:1'), clock },
  })
  const begun = provider.begin({ state: 's', nonce: 'n', verifier: 'v' }, false).catch((error: Error) => error)
  try {
    await asked
    await clock.advance(seconds(8))
    expect(await begun).toMatchObject({ code: 'unreachable', cause: { message: 'no answer within 8 s' } })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
