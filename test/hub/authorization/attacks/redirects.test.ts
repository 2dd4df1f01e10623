// Attacks on where a browser is sent: a code that goes elsewhere is a code that is stolen (RFC 9700 §4.1, §4.11).
import { expect, test } from 'vitest'
import { createPerson, OWNER } from '../../../person.ts'
import { letRegister, postRegistration, register } from '../flows/apps.ts'
import { ask, authorizeUrl, letIn, openAttackRoom, told } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const HERE = 'https://dash.example/callback'
const AFTER = 'https://dash.example/bye'
const web = await register(server, { redirect_uris: [HERE, 'http://127.0.0.1:4711/callback'] })
const native = await register(server, {
  ...{ application_type: 'native', token_endpoint_auth_method: 'none' },
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'org.example.dash:/callback'],
})
const withLogout = await register(server, { redirect_uris: [HERE], post_logout_redirect_uris: [AFTER] })

test.for([
  `${HERE}/`,
  `${HERE}/more`,
  `${HERE}x`,
  'https://dash.example/',
  'https://dash.example/Callback',
  'https://DASH.example/callback',
  'HTTPS://dash.example/callback',
  'http://dash.example/callback',
  'https://dash.example:443/callback',
  'https://dash.example:8443/callback',
  'https://dash.example./callback',
  'https://dash.example.evil.example/callback',
  'https://evil.example/https://dash.example/callback',
  'https://dash.example@evil.example/callback',
  'https://user@dash.example/callback',
  'https://dash.example\\@evil.example/callback',
  'https://dash.example/%63allback',
  'https://dash.example/callback%2f',
  'https://dash.example/x/../callback',
  'https://dash.example/callback/..;/evil',
  'https://dash.example//callback',
  `${HERE}?`,
  `${HERE}?next=https://evil.example`,
  `${HERE}#`,
  `${HERE}#evil`,
  ` ${HERE}`,
  `${HERE}%0d%0aset-cookie:x=1`,
  `${HERE}\r\nset-cookie: x=1`,
  '//dash.example/callback',
  '/callback',
  'javascript:alert(1)',
  'data:text/html,x',
  'null',
  'http://localhost:4711/callback',
  'http://[::1]:4711/callback',
  'http://127.0.0.1:4712/callback',
  'http://127.0.0.1/callback',
  'http://127.1:4711/callback',
  'http://2130706433:4711/callback',
])('a web program that asks for the answer at %j is told no, and the browser goes nowhere', async (redirect) => {
  for (const prompt of ['consent', 'none']) {
    const answer = await ask(authorizeUrl(server, web, { redirect_uri: redirect, prompt }))
    const text = await answer.text()
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(answer.headers.get('set-cookie') ?? '').not.toContain('x=1')
    expect(text).toMatch(/^(invalid_redirect_uri|invalid_request): .*redirect_uri/)
    expect(answer.headers.get('content-type')).toContain('text/plain')
  }
})

test.for([
  { redirect: 'http://127.0.0.1:50001/callback', goes: true },
  { redirect: 'http://[::1]:50002/callback', goes: true },
  { redirect: 'org.example.dash:/callback', goes: true },
  { redirect: 'http://localhost:50001/callback', goes: false },
  { redirect: 'http://127.0.0.2:50001/callback', goes: false },
  { redirect: 'http://127.0.0.1:50001/other', goes: false },
  { redirect: 'http://127.0.0.1:50001/callback?x=1', goes: false },
  { redirect: 'http://127.0.0.1:50001@evil.example/callback', goes: false },
  { redirect: 'http://127.0.0.1.evil.example:50001/callback', goes: false },
  { redirect: 'https://127.0.0.1:50001/callback', goes: false },
  { redirect: 'org.example.dash://evil.example/callback', goes: false },
  { redirect: 'org.example.dash.evil:/callback', goes: false },
])('a native program at $redirect: $goes, as the port of the loopback may be any (RFC 8252 §7.3)', async (attempt) => {
  const answer = await ask(authorizeUrl(server, native, { redirect_uri: attempt.redirect }))
  expect(answer.status).toBe(attempt.goes ? 303 : 400)
  expect(answer.headers.has('location')).toBe(attempt.goes)
})

test.for([
  { uri: 'https://*.dash.example/callback', type: 'web' },
  { uri: 'http://dash.example/callback', type: 'web' },
  { uri: `${HERE}#fragment`, type: 'web' },
  { uri: 'https://user:word@dash.example/', type: 'web' },
  { uri: 'https://dash.example\\evil', type: 'web' },
  { uri: 'org.example.dash:/callback', type: 'web' },
  { uri: '/callback', type: 'web' },
  { uri: 'javascript:alert(1)', type: 'native' },
  { uri: 'data:text/html,x', type: 'native' },
  { uri: 'file:///etc/passwd', type: 'native' },
  { uri: 'myapp:/callback', type: 'native' },
  { uri: 'http://192.168.1.7/callback', type: 'native' },
])('a $type program is not registered with $uri', async ({ uri, type }) => {
  const answer = await told(
    await postRegistration(server, letRegister(server), { redirect_uris: [uri], application_type: type }),
  )
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } })
  expect(answer.body.error_description).toMatch(/^redirect_uris holds one that /)
})

test.for([
  'javascript:alert(1)',
  'data:text/html,x',
  'https://user:word@dash.example/',
  'http://dash.example/',
  '//dash.example',
  `${AFTER}#x`,
])('nor is one that wants its people sent to %s after they sign out', async (uri) => {
  const answer = await told(
    await postRegistration(server, letRegister(server), {
      ...{ redirect_uris: [HERE], post_logout_redirect_uris: [uri] },
    }),
  )
  expect(answer).toMatchObject({ status: 400 })
  expect(['invalid_redirect_uri', 'invalid_client_metadata']).toContain(answer.body.error)
})

const endSession = (query: Record<string, string>) =>
  new URL(`/oauth/end-session?${new URLSearchParams(query)}`, server.url)

test('signing out leads to an address that was registered for it, and nowhere else', async () => {
  const { client_id } = withLogout
  for (const target of ['https://evil.example/', `${AFTER}/`, `${AFTER}?x`, HERE, 'javascript:alert(1)', '//evil']) {
    const answer = await told(await ask(endSession({ client_id, post_logout_redirect_uri: target })))
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  }
  // Without a program there is nobody to have registered it: the way out ends here.
  const answer = await ask(endSession({ post_logout_redirect_uri: 'https://evil.example/' }))
  expect(await answer.text()).not.toContain('evil.example')
})

test.for([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/%2f/evil.example',
  '/pair//evil.example',
  '/interaction/../../evil',
  '/people?x=//evil.example',
  'javascript:alert(1)',
  ' https://evil.example',
  '/\r\nset-cookie: x=1',
])('neither signing in nor confirming leads to %j', async (target) => {
  const page = await ask(new URL(`/sign-in?return_to=${encodeURIComponent(target)}`, server.url))
  expect(await page.text()).toContain('name="return_to" value="/"')
  const confirm = await owner.get(`/confirm?return_to=${encodeURIComponent(target)}`)
  expect(confirm.text).toContain('name="return_to" value="/"')
})

test('nor does the answer to a right password, however the target is sent', async () => {
  const sent = new URLSearchParams({ ...OWNER, return_to: '//evil.example' })
  sent.append('return_to', 'https://evil.example/')
  const answer = await ask(new URL('/sign-in', server.url), { method: 'POST', body: sent })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
})

test('a browser that came by another of our names is sent to us, whatever its path looks like', async () => {
  for (const path of ['//evil.example/pair', '/\\evil.example', '/pair?x=//evil.example', '/.evil.example']) {
    const answer = await fetch(`http://127.0.0.1:${server.url.port}${path}`, { redirect: 'manual' })
    expect(new URL(answer.headers.get('location') ?? server.url).origin).toBe(server.url.origin)
  }
})

test('the state comes back as it went, in its own parameter, and splits no header', async () => {
  const state = '"><script>alert(1)</script>&code=evil\r\nset-cookie: x=1'
  const back = await letIn(room, web, { redirect_uri: HERE, state })
  expect(back.searchParams.get('state')).toBe(state)
  expect(back.searchParams.getAll('code')).toHaveLength(1)
  expect(back.searchParams.get('code')).not.toBe('evil')
  const stranger = createPerson(server.url)
  expect((await stranger.get('/sign-in')).status).toBe(200)
})
