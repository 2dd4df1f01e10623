// Programs that act for themselves, and the flows of the past: Client Credentials, Implicit with Form Post, Resource Owner Password.
import { createHash } from 'node:crypto'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type * as client from 'openid-client'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { becomeOwner, createPerson, OWNER } from '../../../person.ts'
import { startServer } from '../server.ts'
import { basic, letRegister, post, postRegistration, register } from './apps.ts'

const SERVICE = { grant_types: ['client_credentials'], redirect_uris: [] }

test('a service with a secret gets tokens for itself, never for what manages the home', async () => {
  await using server = await startServer()
  const service = await register(server, SERVICE, { scopes: ['home:read', 'climate:control', 'home:admin'] })
  const answer = await post(
    server,
    '/oauth/token',
    { grant_type: 'client_credentials', scope: 'home:read climate:control home:admin' },
    { authorization: basic(service) },
  )
  const { access_token: token, refresh_token: refreshToken } = (await answer.json()) as client.TokenEndpointResponse
  expect(refreshToken).toBeUndefined()
  expect(decodeJwt(token)).toMatchObject({ sub: service.client_id, client_id: service.client_id, aud: AUDIENCE })
  expect(decodeJwt(token)).not.toHaveProperty('role')
  expect(decodeJwt(token).scope).toBe('home:read climate:control')
  expect(
    await (await post(server, '/oauth/introspect', { token }, { authorization: basic(service) })).json(),
  ).toMatchObject({ active: true })
  server.authorization.apps.remove(service.client_id)
  expect(server.ended).toContain(service.client_id)
  await expect(server.authorization.verifier.verify(token)).rejects.toMatchObject({ code: 'revoked' })
})

test('a program may name scopes of the home alone, and is held to them', async () => {
  await using server = await startServer()
  const service = await register(server, { ...SERVICE, scope: 'home:read' })
  expect(service.scope).toBe('openid home:read')
  const ask = async (scope: string, resource: string = AUDIENCE) => {
    const form = { grant_type: 'client_credentials', scope, resource }
    return (await post(server, '/oauth/token', form, { authorization: basic(service) })).json()
  }
  expect(await ask('home:read')).toMatchObject({ scope: 'home:read' })
  expect(await ask('climate:control')).toMatchObject({ error: 'invalid_scope' })
  expect(await ask('home:read', 'urn:other')).toMatchObject({
    ...{ error: 'invalid_target', error_description: `the one resource here is ${AUDIENCE}` },
  })
})

test('a service with a key of its own proves itself by private_key_jwt, each assertion once', async () => {
  await using server = await startServer()
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [await exportJWK(publicKey)] }
  const service = await register(server, { ...SERVICE, token_endpoint_auth_method: 'private_key_jwt', jwks })
  expect(service.client_secret).toBeUndefined()
  const now = Math.floor(Date.now() / 1000)
  const assertion = await new SignJWT({ jti: 'once', iat: now, exp: now + 60 })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(service.client_id)
    .setSubject(service.client_id)
    .setAudience(server.url.origin)
    .sign(privateKey)
  const form = {
    ...{ grant_type: 'client_credentials', scope: 'home:read', client_assertion: assertion },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  expect((await post(server, '/oauth/token', form)).status).toBe(200)
  expect(await (await post(server, '/oauth/token', form)).json()).toMatchObject({ error: 'invalid_client' })
})

test('a wrong secret opens nothing, and the right one is nowhere in the database', async () => {
  await using server = await startServer()
  const service = await register(server, SERVICE)
  const kept = JSON.stringify(server.database.prepare("SELECT payload FROM oidc WHERE model='Client'").all())
  expect(kept).not.toContain(service.client_secret)
  const [, hash = expect.unreachable()] = /"(sha256\.[\w-]+)\\?"/.exec(kept) ?? []
  for (const secret of ['wrong', hash, '']) {
    const answer = await post(
      server,
      '/oauth/token',
      { grant_type: 'client_credentials' },
      { authorization: basic({ ...service, client_secret: secret }) },
    )
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
})

test('an ID token by form post: the browser carries it in the body of a form that may go to that program only', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const app = await register(server, {
    ...{ response_types: ['id_token'], grant_types: ['implicit'], redirect_uris: ['https://dash.example/callback'] },
  })
  const ask = (more: Record<string, string>) =>
    `/oauth/authorize?${new URLSearchParams({
      ...{ client_id: app.client_id, redirect_uri: 'https://dash.example/callback', response_type: 'id_token' },
      ...{ scope: 'openid profile', nonce: 'n-1', state: 's-1', response_mode: 'form_post', ...more },
    })}`
  const page = await owner.get(ask({}))
  expect(page.text).toContain('Let Dashboard in?')
  const answer = await owner.post(page.url.pathname, { answer: 'approved' })
  expect(answer.text).toContain('action="https://dash.example/callback"')
  const [, idToken = ''] = /name="id_token" value="([^"]+)"/.exec(answer.text) ?? []
  expect(decodeJwt(idToken)).toMatchObject({ aud: app.client_id, nonce: 'n-1', name: 'Robin' })
  // Without form post it would be in the address.
  const refused = await owner.get(ask({ response_mode: 'fragment' })).catch((error: Error) => error)
  expect(String((refused as { text?: string }).text ?? refused)).not.toContain(idToken.slice(0, 40))
})

test('the page that posts the form names the program in its policy, and so does the sign-in before it', async () => {
  await using server = await startServer()
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  const app = await register(server, {
    ...{ response_types: ['id_token'], grant_types: ['implicit'], redirect_uris: ['https://dash.example/callback'] },
  })
  const begun = await fetch(
    new URL(
      `/oauth/authorize?${new URLSearchParams({
        ...{ client_id: app.client_id, redirect_uri: 'https://dash.example/callback', response_type: 'id_token' },
        ...{ scope: 'openid', nonce: 'n', response_mode: 'form_post' },
      })}`,
      server.url,
    ),
    { redirect: 'manual' },
  )
  const interaction = begun.headers.get('location') ?? ''
  const signIn = await fetch(new URL(`/sign-in?return_to=${encodeURIComponent(interaction)}`, server.url))
  expect(signIn.headers.get('content-security-policy')).toContain("form-action 'self' https://dash.example;")
  const plain = await fetch(new URL('/sign-in?return_to=/pair', server.url))
  expect(plain.headers.get('content-security-policy')).toContain("form-action 'self';")
})

test('an access token in the browser is a flow of the past: off, and by the switch for programs that registered for it', async () => {
  const wanted = {
    ...{
      response_types: ['id_token token'],
      grant_types: ['implicit'],
      redirect_uris: ['https://dash.example/callback'],
    },
  }
  await using off = await startServer()
  const refused = await postRegistration(off, letRegister(off), wanted)
  expect(await refused.json()).toMatchObject({
    error: 'invalid_client_metadata',
    error_description: expect.stringContaining('switched off (LATCHKEY_LEGACY_FLOWS=implicit-token)'),
  })
  await using on = await startServer({ legacyFlows: ['implicit-token'] })
  const owner = await becomeOwner(on.url, on.authorization.ownerKey.text)
  const app = await register(on, wanted)
  const page = await owner.get(
    `/oauth/authorize?${new URLSearchParams({
      ...{ client_id: app.client_id, redirect_uri: 'https://dash.example/callback', response_type: 'id_token token' },
      ...{ scope: 'openid home:read', nonce: 'n-1', response_mode: 'form_post', resource: AUDIENCE },
    })}`,
  )
  const answer = await owner.post(page.url.pathname, { answer: 'approved' })
  const [, token = ''] = /name="access_token" value="([^"]+)"/.exec(answer.text) ?? []
  const [, idToken = ''] = /name="id_token" value="([^"]+)"/.exec(answer.text) ?? []
  expect(decodeJwt(token)).toMatchObject({ scope: 'home:read', client_id: app.client_id })
  // OpenID Connect Core 1.0 §3.2.2.9: the two belong together.
  const half = createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')
  expect(decodeJwt(idToken).at_hash).toBe(half)
})

const PASSWORD = { grant_types: ['password', 'refresh_token'], redirect_uris: [] }

test('the password grant is off, and then only for programs that the owner has named', async () => {
  await using off = await startServer()
  expect(await (await postRegistration(off, letRegister(off, { password: true }), PASSWORD)).json()).toMatchObject({
    error: 'invalid_client_metadata',
    error_description: expect.stringContaining('switched off (LATCHKEY_LEGACY_FLOWS=password)'),
  })
  await using on = await startServer({ legacyFlows: ['password'] })
  expect(await (await postRegistration(on, letRegister(on), PASSWORD)).json()).toMatchObject({
    error_description: expect.stringContaining('the owner has not allowed it'),
  })
  const other = await register(on, SERVICE)
  const stranger = await post(
    on,
    '/oauth/token',
    { grant_type: 'password', username: 'x', password: 'y' },
    { authorization: basic(other) },
  )
  expect(stranger.status).toBe(400)
})

test('with the switch on, a named program trades a password for tokens within the role; wrong ones run out', async () => {
  await using server = await startServer({ legacyFlows: ['password'] })
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  const app = await register(server, PASSWORD, { password: true, scopes: ['home:read'] })
  const ask = (password: string, scope = 'home:read security:disarm') =>
    post(
      server,
      '/oauth/token',
      { grant_type: 'password', username: OWNER.name, password, scope },
      { authorization: basic(app) },
    )
  const tokens = (await (await ask(OWNER.password)).json()) as client.TokenEndpointResponse
  expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: 'home:read', role: 'owner', client_id: app.client_id })
  const again = await post(
    server,
    '/oauth/token',
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
    { authorization: basic(app) },
  )
  expect(again.status).toBe(200)
  expect(await (await ask(OWNER.password, 'security:disarm')).json()).toMatchObject({
    ...{ error: 'invalid_scope', error_description: 'ask for one or more of: home:read' },
  })
  for (let tries = 0; tries < 10; tries++) {
    expect(await (await ask(`wrong ${tries}`)).json()).toMatchObject({ error: 'invalid_grant' })
  }
  const spent = (await (await ask(OWNER.password)).json()) as { error_description: string }
  expect(spent.error_description).toContain('too many tries')
  // The count is one with the page's.
  expect((await createPerson(server.url).post('/sign-in', OWNER)).status).toBe(429)
})
