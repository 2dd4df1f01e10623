// Attacks through the browser of somebody who is signed in: forged forms, frames, planted links, pages that say what a stranger wrote.
import { request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { becomeOwner, createPerson } from '../../../person.ts'
import { openHubRoom } from '../../hub-room.ts'
import { createBareDevice } from '../device-client.ts'
import { answerConsent, letRegister, post, register } from '../flows/apps.ts'
import { startServer } from '../server.ts'
import { ask, authorizeUrl, openAttackRoom } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const HERE = 'https://dash.example/callback'

/** The hub as a whole: its page and API stand before the same door. */
const hub = await openHubRoom()
afterAll(() => hub[Symbol.asyncDispose]())

const FORMS = [
  ['/sign-in', { name: 'Mallory', password: 'a long enough one' }],
  ['/sign-in/passkey', { credential: '{}' }],
  ['/sign-out', {}],
  ['/setup', { name: 'Mallory', password: 'a long enough one', key: 'x' }],
  ['/invitation', { key: 'x' }],
  ['/invitation/accept', { key: 'x', name: 'Mallory', password: 'a long enough one' }],
  ['/confirm', { password: 'correct horse battery' }],
  ['/confirm/passkey', { credential: '{}' }],
  ['/passkey/options', { purpose: 'add' }],
  ['/account/password', { password: 'a password of mallory’s' }],
  ['/account/passkey', { name: 'x', credential: '{}' }],
  ['/account/passkey/remove', { passkey: 'x' }],
  ['/account/sessions/end', { session: 'x' }],
  ['/account/sign-out-everywhere', {}],
  ['/people/invite', { role: 'owner', name: 'Mallory' }],
  ['/people/role', { person: 'x', role: 'owner' }],
  ['/people/remove', { person: 'x' }],
  ['/people/withdraw', { invitation: 'x' }],
  ['/pair', { user_code: 'BBBB-BBBB', answer: 'approved' }],
  ['/pair/elsewhere', { user_code: 'BBBB-BBBB' }],
  ['/interaction/x', { answer: 'approved' }],
  ['/account/link', { provider: 'x' }],
  ['/account/unlink', { provider: 'x' }],
  ['/confirm/with', { provider: 'x' }],
  ['/invitation/with', { provider: 'x', key: 'x' }],
  ['/programs/password', { name: 'Mallory', scope: 'home:admin' }],
  ['/programs/password/revoke', { id: 'x' }],
  ['/programs/register', { name: 'Mallory', scope: 'home:admin' }],
  ['/programs/remove', { id: 'x' }],
  ['/programs/withdraw', { id: 'x' }],
] as const
const FORGED: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
]
test.for(FORMS)('a form for %s that another site sends is refused before anybody looks at it', async ([path, form]) => {
  for (const headers of FORGED) {
    const { origin = hub.hub.publicUrl.origin, ...rest } = headers
    const answer = await hub.owner.post(path, form, { origin, ...rest })
    expect([answer.status, answer.text]).toEqual([403, 'This form was sent from another site\n'])
  }
})

test('after all of it the owner is signed in, alone, and nobody was let in', async () => {
  expect((await hub.owner.get('/account')).url.pathname).toBe('/account')
  expect((await hub.owner.get('/people')).text).not.toContain('Mallory')
})

test('the forms that were forged are all there are', () => {
  // Whoever adds a form adds it above.
  const taken = server.authorization.pages.routes.flatMap(({ method, path }) => (method === 'POST' ? [path] : []))
  expect(taken.length).toBeGreaterThan(20)
  const forged = FORMS.map(([path]) => path.replace('/interaction/x', '/interaction/:uid'))
  expect([...new Set(forged)].sort()).toEqual([...new Set(taken)].sort())
})

/** Every kind of page there is, also those that the library makes, and answers to what went wrong. */
const PAGES = [
  '/',
  '/sign-in',
  '/setup',
  '/invitation',
  '/pair',
  '/pair?user_code=BBBB-BBBB',
  '/account',
  '/account/password',
  '/account/passkey',
  '/people',
  '/people/remove?person=x',
  '/programs',
  '/confirm',
  '/interaction/x',
  '/nothing',
  '/api/nothing',
  '/api/devices',
  '/oauth/authorize',
  '/oauth/authorize?client_id=x',
  '/oauth/end-session',
  '/oauth/end-session/success',
  '/oauth/userinfo',
  '/oauth/nothing',
  '/healthz',
  '/.well-known/nothing',
] as const
test.for(PAGES)('%s is in no frame, runs no foreign script, sends no form elsewhere', async (path) => {
  const session = await cookieOf(hub.hub.publicUrl)
  const { headers } = await ask(new URL(path, hub.hub.publicUrl), { headers: { cookie: session } })
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("base-uri 'none'")
  expect(policy).toContain("form-action 'self';")
  expect(policy).not.toMatch(/unsafe|\*|https?:\/\/(?!localhost)/)
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('same-origin')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
})

let signedIn: string | undefined
async function cookieOf(url: URL): Promise<string> {
  if (signedIn !== undefined) return signedIn
  const body = new URLSearchParams({ name: 'Robin', password: 'correct horse battery' })
  const answer = await ask(new URL('/sign-in', url), { method: 'POST', body })
  signedIn = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return signedIn
}

test('cookies are for us alone, and not for scripts', async () => {
  const { url } = server
  const body = new URLSearchParams({ name: 'Robin', password: 'correct horse battery' })
  const session = await ask(new URL('/sign-in', url), { method: 'POST', body })
  const interaction = await ask(authorizeUrl(server, await register(server)))
  const cookies = [...session.headers.getSetCookie(), ...interaction.headers.getSetCookie()]
  expect(cookies.length).toBeGreaterThan(2)
  for (const cookie of cookies) {
    expect(cookie).toMatch(/httponly/i)
    expect(cookie).toMatch(/samesite=(lax|strict)/i)
    expect(cookie).not.toMatch(/domain=/i)
  }
})

test('a consent page that was begun in another browser is nobody’s to answer, however it is planted', async () => {
  const app = await register(server, { redirect_uris: [HERE] })
  // Mallory begins, and sends the address of the page to Robin.
  const begun = await ask(authorizeUrl(server, app, { redirect_uri: HERE }))
  const planted = begun.headers.get('location') ?? ''
  expect(planted).toMatch(/^\/interaction\//)
  expect((await owner.get(planted)).text).toContain('begun in another browser')
  expect((await owner.post(planted, { answer: 'approved' })).text).toContain('begun in another browser')
  // And what Robin begins is not Mallory's to answer.
  const { pathname, search } = authorizeUrl(server, app, { redirect_uri: HERE })
  const page = await owner.get(`${pathname}${search}`)
  expect((await createPerson(server.url).post(page.url.pathname, { answer: 'approved' })).status).toBe(400)
})

test('a consent is given by the button alone: not by a link, another word, or silence', async () => {
  const app = await register(server, { redirect_uris: [HERE] })
  const { pathname, search } = authorizeUrl(server, app, { redirect_uri: HERE })
  const page = await owner.get(`${pathname}${search}`)
  expect((await owner.get(`${page.url.pathname}?answer=approved`)).text).toContain('Let Dashboard in?')
  for (const answer of ['', 'yes', 'APPROVED', 'approved ']) {
    expect((await owner.post(page.url.pathname, { answer })).text).toContain('Let Dashboard in?')
  }
  expect(page.text).toContain('dash.example')
})

test('consent for one program is none for another with the same name', async () => {
  const one = await register(server, { redirect_uris: [HERE] })
  const two = await register(server, { redirect_uris: ['https://evil.example/callback'] })
  await answerConsent(owner, authorizeUrl(server, one, { redirect_uri: HERE }), 'approved')
  const { pathname, search } = authorizeUrl(server, two, {
    ...{ redirect_uri: 'https://evil.example/callback', prompt: undefined },
  })
  const page = await owner.get(`${pathname}${search}`)
  expect(page.text).toContain('Let Dashboard in?')
  expect(page.text).toContain('evil.example')
})

test('what a program or a device calls itself is text and nothing else, on every page', async () => {
  const metadata = { client_name: 'Tom & Jerry’s (home)', redirect_uris: [HERE] }
  const app = await register(server, metadata, { name: '<script>alert(1)</script>' })
  const { pathname, search } = authorizeUrl(server, app, { redirect_uri: HERE })
  expect((await owner.get(`${pathname}${search}`)).text).toContain('Tom &amp; Jerry')
  for (const code of ['"><script>alert(1)</script>', '%22%3E%3Csvg/onload=alert(1)%3E']) {
    expect((await owner.get(`/pair?user_code=${code}`)).text).not.toMatch(/<script>alert|<svg/)
  }
  const wrong = await owner.post('/sign-in', { name: '"><script>alert(1)</script>', password: 'x' })
  expect(wrong.text).toContain('&quot;&gt;&lt;script&gt;')
})

test('a form that carries the answer on holds the state as text, whatever it is', async () => {
  const app = await register(server, {
    ...{ response_types: ['id_token'], grant_types: ['implicit'], redirect_uris: [HERE] },
  })
  const state = '"/><script>alert(1)</script><form action="https://evil.example/"><input value="'
  const { pathname, search } = authorizeUrl(server, app, {
    ...{ redirect_uri: HERE, response_type: 'id_token', response_mode: 'form_post', scope: 'openid', nonce: 'n' },
    ...{ state, code_challenge: undefined, code_challenge_method: undefined },
  })
  const page = await owner.get(`${pathname}${search}`)
  const answer = await owner.post(page.url.pathname, { answer: 'approved' })
  expect(answer.text).toContain('name="id_token"')
  expect(answer.text).not.toContain('<script>alert')
  expect(answer.text.match(/<form/g)).toHaveLength(1)
  expect(answer.text).toContain('action="https://dash.example/callback"')
})

test('nor does a link sign somebody out who is signed in here alone, and to no program', async () => {
  await using small = await startServer()
  const robin = await becomeOwner(small.url, small.authorization.ownerKey.text)
  const page = await robin.get('/oauth/end-session')
  expect(page.text).toContain('Sign out of the home?')
  expect(page.text).not.toContain('<script')
  const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(page.text) ?? []
  const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? []
  await robin.post(action, { xsrf, no: 'yes' })
  expect((await robin.get('/account')).url.pathname).toBe('/account')
  const again = await robin.get('/oauth/end-session')
  const [, second = ''] = /name="xsrf" value="(\w+)"/.exec(again.text) ?? []
  await robin.post(action, { xsrf: second, logout: 'yes' })
  expect((await robin.get('/account')).url.pathname).toBe('/sign-in')
})

test('signing out because a link said so takes a person, and a form of ours', async () => {
  const app = await register(server, { post_logout_redirect_uris: ['https://dash.example/bye'] })
  const query = new URLSearchParams({
    ...{ client_id: app.client_id, post_logout_redirect_uri: 'https://dash.example/bye', state: '"><script>' },
  })
  const page = await owner.get(`/oauth/end-session?${query}`)
  expect(page.text).toContain('Sign out of the home?')
  expect(page.text).not.toContain('"><script>')
  for (const xsrf of ['', 'x', 'undefined', '0'.repeat(48)]) {
    const answer = await owner.post('/oauth/end-session/confirm', { xsrf, logout: 'yes' })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('invalid_request') })
  }
  expect((await owner.get('/account')).url.pathname).toBe('/account')
})

test('nothing that is sent is repeated in a header', async () => {
  const { url } = server
  const sent = (path: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      request({ host: '127.0.0.1', port: url.port, path, headers: { host: url.host } }, (response) => {
        response.resume()
        resolve(response.headers)
      })
        .on('error', reject)
        .end()
    })
  for (const evil of ['%0d%0aset-cookie:%20evil=1', '%0aset-cookie:%20evil=1', '%E5%98%8D%E5%98%8Aset-cookie:evil=1']) {
    for (const path of [
      `/sign-in?return_to=/pair${evil}`,
      `/pair?user_code=${evil}`,
      `/oauth/authorize?client_id=${evil}&redirect_uri=${evil}&state=${evil}`,
      `/oauth/end-session?state=${evil}&client_id=${evil}`,
      `/setup?x=${evil}`,
    ]) {
      expect(JSON.stringify((await sent(path))['set-cookie'] ?? '')).not.toContain('evil')
    }
  }
})

test('a page of another site reads no answer of the token endpoint, unless it is that program’s own', async () => {
  const spa = await register(server, { redirect_uris: [HERE], token_endpoint_auth_method: 'none' })
  const from = async (origin: string, clientId: string) => {
    const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: 'x' })
    const answer = await fetch(new URL('/oauth/token', server.url), { method: 'POST', body, headers: { origin } })
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    return answer.headers.get('access-control-allow-origin')
  }
  expect(await from('https://dash.example', spa.client_id)).toBe('https://dash.example')
  for (const origin of ['https://evil.example', 'http://dash.example', 'https://dash.example.evil.example', 'null']) {
    expect(await from(origin, spa.client_id)).toBeNull()
    expect(await from(origin, 'latchkey-page')).toBeNull()
  }
})

test('a page that somebody looks at does not use up their tries to sign in', async () => {
  await using small = await startServer({ strangers: { authorizations: { perAddress: 3, all: 100 } } })
  const app = await register(small)
  const paths = [
    `/oauth/Authorize${authorizeUrl(small, app).search}`,
    '/oauth/end-session',
    '/sign-in/with/any',
    '/sign-in',
  ]
  const asAPartOf = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
  for (const dest of ['image', 'iframe', 'empty', 'script']) {
    for (const path of paths) {
      const headers = { ...asAPartOf, 'sec-fetch-dest': dest }
      const answer = await fetch(new URL(path, small.url), { headers, redirect: 'manual' })
      expect([path, answer.status]).toEqual([path, 403])
    }
  }
  const asThePage = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect((await ask(authorizeUrl(small, app), { headers: asThePage })).status).toBe(303)
  // What is for programs is none of that.
  for (const path of ['/oauth/jwks', '/.well-known/openid-configuration']) {
    expect(
      (await fetch(new URL(path, small.url), { headers: { ...asAPartOf, 'sec-fetch-dest': 'empty' } })).status,
    ).toBe(200)
  }
})

test('a page of no origin is no program’s own, not even of one whose scheme has none either', async () => {
  const app = await register(server, {
    ...{ application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['com.example.app:/callback'] },
  })
  const form = { client_id: app.client_id, grant_type: 'authorization_code', code: 'x', code_verifier: 'x'.repeat(43) }
  const answer = await post(server, '/oauth/token', form, { origin: 'null' })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('a page of another site neither reads nor changes anything by the API with the browser’s cookies', async () => {
  const cookie = await cookieOf(hub.hub.publicUrl)
  for (const method of ['GET', 'DELETE']) {
    const headers = { cookie, origin: 'https://evil.example' }
    const answer = await fetch(new URL('/api/devices', hub.hub.publicUrl), { method, headers })
    expect([401, 403]).toContain(answer.status)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('a second code of a device that was paired is asked about like the first, and a link says yes to nothing', async () => {
  const device = await createBareDevice(server.url)
  for (let time = 0; time < 2; time++) {
    const { deviceCode, userCode } = await device.askForCode()
    for (const path of [`/pair?user_code=${userCode}`, `/pair?user_code=${userCode}&answer=approved`]) {
      expect((await owner.get(path)).text).toContain('Does the device in front of you show this code?')
    }
    expect((await device.redeem(deviceCode)).body.error).toBe('authorization_pending')
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    expect((await device.redeem(deviceCode)).status).toBe(200)
    // Answered is answered: nobody turns a no into a yes, or the other way round.
    expect((await owner.post('/pair', { user_code: userCode, answer: 'denied' })).status).toBe(410)
  }
  expect(letRegister(server)).toMatch(/^latchkey_registration_/)
})
