// One's own account, over the real pages: confirming, a new password, sessions.
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { type Millis, minutes, seconds } from '#contract/time.ts'
import { becomeOwner, createPerson, OWNER, type Person } from '../../person.ts'
import { HOME_SCOPES, signIn, signInForTokens } from '../../sign-in.ts'
import { letIn } from './newcomer.ts'
import { startServer } from './server.ts'

const NEW = 'another horse battery'

async function openHouse() {
  const server = await startServer()
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  /** Another browser of the same person. */
  const elsewhere = async (): Promise<Person> => {
    const person = createPerson(server.url)
    await person.post('/sign-in', OWNER)
    return person
  }
  /** As if everybody had signed in and confirmed this much earlier. The library reads the machine's own clock, so none can be turned. */
  const age = (length: Millis) => {
    server.database.exec(`UPDATE sessions SET confirmed_at = confirmed_at - ${length};
      UPDATE oidc SET payload = json_set(payload, '$.loginTs', (payload ->> '$.loginTs') - ${length / 1000})
      WHERE model='Session' AND payload ->> '$.loginTs' IS NOT NULL`)
  }
  return {
    server,
    age,
    robin,
    elsewhere,
    isAlive: (token: string) => server.isGrantAlive(grantIn(token)),
  }
}
const grantIn = (token: string) => String(decodeJwt(token).grant_id)

test('what matters asks again after five minutes, and goes on where one was', async () => {
  const { server, age, robin } = await openHouse()
  await using _ = server
  expect((await robin.get('/account/password')).url.pathname).toBe('/account/password')
  age(minutes(5))
  const asked = await robin.get('/account/password')
  expect([asked.url.pathname, asked.text.includes('Is it still you?')]).toEqual(['/confirm', true])
  const wrong = await robin.post('/confirm', { password: 'not mine at all', return_to: '/account/password' })
  expect([wrong.status, wrong.text.includes('not your password')]).toEqual([401, true])
  expect((await robin.get('/account/password')).url.pathname).toBe('/confirm')
  const right = await robin.post('/confirm', { password: OWNER.password, return_to: '/account/password' })
  expect(right.url.pathname).toBe('/account/password')
})

test('a password that is too long is not cut off, and is said to be too long', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  expect((await robin.get('/account/password')).text).toMatch(/<input id="password" (?!.*maxlength)/)
  const { status, text } = await robin.post('/account/password', { password: 'x'.repeat(257) })
  expect([status, text.includes('A password has at most 256 characters')]).toEqual([400, true])
})

test('a cookie that was copied before is worth nothing after signing in and after confirming', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const cookieOf = async (response: Response) =>
    /latchkey=[^;]+/.exec(response.headers.getSetCookie().join())?.[0] ?? ''
  const post = (path: string, form: Record<string, string>, cookie = '') =>
    fetch(new URL(path, server.url), {
      ...{ method: 'POST', body: new URLSearchParams(form), redirect: 'manual' },
      headers: { origin: server.url.origin, cookie },
    })
  const isSignedIn = async (cookie: string) =>
    (await fetch(new URL('/account', server.url), { headers: { cookie }, redirect: 'manual' })).status === 200
  expect((await robin.get('/account')).status).toBe(200)

  const first = await cookieOf(await post('/sign-in', OWNER, 'latchkey=planted-by-somebody-else'))
  expect(first).not.toContain('planted')
  const second = await cookieOf(await post('/sign-in', OWNER, first))
  const third = await cookieOf(await post('/confirm', { password: OWNER.password }, second))
  expect(new Set([first, second, third]).size).toBe(3)
  expect([await isSignedIn(first), await isSignedIn(second), await isSignedIn(third)]).toEqual([false, false, true])
})

test.for([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/account/../../evil',
  '/oauth/authorize?x',
  '/confirm',
])('confirming never leads to %s', async (target) => {
  const { server, robin } = await openHouse()
  await using _ = server
  const answer = await robin.post('/confirm', { password: OWNER.password, return_to: target })
  expect(answer.url.href).toBe(`${server.url.origin}/`)
  expect((await robin.get(`/confirm?return_to=${encodeURIComponent(target)}`)).text).not.toContain('evil')
})

test('wrong passwords are counted together, wherever they are typed', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const statuses: number[] = []
  for (let n = 0; n < 6; n++) {
    statuses.push((await robin.post('/confirm', { password: `wrong ${n}` })).status)
    statuses.push((await createPerson(server.url).post('/sign-in', { ...OWNER, password: `wrong ${n}` })).status)
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
})

test('a new password signs out every other browser and every program without a key of its own', async () => {
  const { server, robin, elsewhere, isAlive } = await openHouse()
  await using _ = server
  const other = await elsewhere()
  const tokens = await signInForTokens(server.url, other)
  const own = await signIn(server.url, robin)
  const short = await robin.post('/account/password', { password: 'short' })
  expect([short.status, short.text.includes('at least 10 characters')]).toEqual([400, true])
  expect((await robin.post('/account/password', { password: NEW })).status).toBe(200)

  expect((await robin.get('/account')).url.pathname).toBe('/account')
  expect((await other.get('/account')).url.pathname).toBe('/sign-in')
  expect([isAlive(tokens.access_token), isAlive(own)]).toEqual([false, false])
  const config = await client.discovery(server.url, 'latchkey-page', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const attempt = (password: string) => createPerson(server.url).post('/sign-in', { ...OWNER, password })
  expect((await attempt(OWNER.password)).status).toBe(401)
  expect((await attempt(NEW)).url.pathname).toBe('/')
  // The page in this browser goes on without a word.
  expect(isAlive(await signIn(server.url, robin))).toBe(true)
})

test('a new password withdraws what was not used, and the page says what still opens the account', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const { accounts, appPasswords, invitations, registrationTokens, audit } = server.authorization
  const robinId = accounts.firstOwner()?.id ?? ''
  const kim = await letIn(server, 'Kim', 'owner')
  const nothing = await robin.post('/account/password', { password: NEW })
  expect(nothing.text).toContain('Nothing else opens your account')

  for (const createdBy of [robinId, kim.id]) {
    invitations.create({ role: 'owner', createdBy })
    registrationTokens.create({ name: 'Dashboard', scopes: [], password: false, createdBy })
  }
  const createdBy = { accountId: robinId, scopes: ['home:read'] } as const
  for (const name of ['Node-RED', 'mosquitto']) appPasswords.create({ name, scopes: ['home:read'], createdBy })
  server.database.prepare("INSERT INTO passkeys VALUES ('key', ?, 'A phone', x'00', 0, '', 0, NULL)").run(robinId)
  const { text } = await robin.post('/account/password', { password: `${NEW} again` })
  expect(text).toContain('<li>1 passkey, under <a href="/account">')
  expect(text).toContain('<li>2 app passwords, under <a href="/programs">')
  expect(text).not.toContain('linked account')
  expect([invitations.list().length, registrationTokens.list().length]).toEqual([1, 1])
  const told = audit.list().filter(({ event }) => event.endsWith('_withdrawn'))
  expect(told.map(({ event, accountName, detail }) => `${accountName} ${event} ${detail}`)).toEqual([
    'Robin registration_withdrawn Dashboard',
    'Robin invitation_withdrawn owner',
  ])
})

test('a new password cannot be set by a browser that was left open', async () => {
  const { server, age, robin } = await openHouse()
  await using _ = server
  age(minutes(6))
  expect((await robin.post('/account/password', { password: NEW })).url.pathname).toBe('/confirm')
  expect((await createPerson(server.url).post('/sign-in', OWNER)).url.pathname).toBe('/')
})

test('one session is ended from another, with what its page was given', async () => {
  const { server, robin, elsewhere, isAlive } = await openHouse()
  await using _ = server
  const other = await elsewhere()
  const [token, own] = [await signIn(server.url, other), await signIn(server.url, robin)]
  const listed = await robin.get('/account')
  const [, id = ''] = /name="session" value="([^"]+)"/.exec(listed.text) ?? []
  await robin.post('/account/sessions/end', { session: id })
  expect((await other.get('/account')).url.pathname).toBe('/sign-in')
  expect([isAlive(token), isAlive(own)]).toEqual([false, true])
  expect(new Set(server.ended)).toEqual(new Set([grantIn(token)]))
  expect((await robin.get('/account')).text).not.toContain('name="session"')
})

test('signing out everywhere leaves nothing', async () => {
  const { server, robin, elsewhere, isAlive } = await openHouse()
  await using _ = server
  const other = await elsewhere()
  const [token, own] = [await signIn(server.url, other), await signIn(server.url, robin)]
  expect((await robin.post('/account/sign-out-everywhere', {})).url.pathname).toBe('/sign-in')
  expect((await other.get('/account')).url.pathname).toBe('/sign-in')
  expect([isAlive(token), isAlive(own)]).toEqual([false, false])
  expect(server.ended).toEqual(expect.arrayContaining([grantIn(token), grantIn(own)]))
})

test('somebody else signs in on the same browser, and it is they who are on the page', async () => {
  const { server, robin, isAlive } = await openHouse()
  await using _ = server
  const { invitations, people } = server.authorization
  const inviting = invitations.create({ role: 'guest', createdBy: people.list()[0]?.id ?? '' })
  const before = await signIn(server.url, robin)
  const key = inviting.outcome === 'made' ? inviting.text : ''
  await robin.post('/invitation/accept', { name: 'Kim', password: NEW, key })
  expect(isAlive(before)).toBe(false)
  expect(decodeJwt(await signIn(server.url, robin)).role).toBe('guest')
})

test('a token says when its person last confirmed, and max_age asks for that to be recent', async () => {
  const { server, age, robin } = await openHouse()
  await using _ = server
  const begun = Math.floor(Date.now() / 1000)
  const authTime = async (extra: Record<string, string> = {}) =>
    decodeJwt(await signIn(server.url, robin, HOME_SCOPES, extra)).auth_time
  expect(await authTime()).toBeGreaterThanOrEqual(begun - 2)
  age(minutes(6))
  expect(await authTime()).toBeLessThan(begun - 300)
  for (const extra of [{ max_age: '300' }, { max_age: '0' }, { prompt: 'login' }]) {
    await expect(authTime(extra)).rejects.toThrow('Is it still you?')
  }
  // Confirmed elsewhere on the way: that counts, without a second question.
  await robin.post('/confirm', { password: OWNER.password })
  expect(await authTime({ max_age: '300' })).toBeGreaterThanOrEqual(begun)
  age(seconds(30))
  await expect(authTime({ prompt: 'login' })).rejects.toThrow('Is it still you?')
})

test('prompt=login asks once, and then the code comes', async () => {
  const { server, age, robin } = await openHouse()
  await using _ = server
  await signIn(server.url, robin)
  age(seconds(30))
  for (const extra of ['&prompt=login', '&max_age=0', '&max_age=10']) {
    const query = new URLSearchParams({
      ...{ client_id: 'latchkey-page', redirect_uri: `${server.url.origin}/`, response_type: 'code', scope: 'openid' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', resource: 'urn:latchkey:home' },
    })
    const asked = await robin.get(`/oauth/authorize?${query}${extra}`)
    expect(asked.url.pathname).toBe('/confirm')
    const to = asked.url.searchParams.get('return_to') ?? ''
    expect(to).toMatch(/^\/interaction\//)
    const done = await robin.post('/confirm', { password: OWNER.password, return_to: to })
    expect([done.url.pathname, done.url.searchParams.has('code')]).toEqual(['/', true])
    age(seconds(30))
  }
})
