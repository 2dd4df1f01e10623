// Signing in with an account elsewhere, against a provider that nobody here wrote, in a process of its own.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { createIdentities } from '../../../../hub/authorization/identities/identities.ts'
import type { IdentityProviderSettings } from '../../../../hub/authorization/identities/settings.ts'
import {
  type ForeignIdentityProvider,
  type Lie,
  startForeignIdentityProvider,
} from '../../../foreign/identity-provider.ts'
import { becomeOwner, createPerson, OWNER, type Person } from '../../../person.ts'
import { openHousehold } from '../household.ts'
import { startServer } from '../server.ts'

let elsewhere: ForeignIdentityProvider
/** For what only comes and goes: the owner is `robin-elsewhere` in both realms. */
let house: Awaited<ReturnType<typeof openHouse>>
beforeAll(async () => {
  elsewhere = await startForeignIdentityProvider()
  house = await openHouse()
  await link(house.robin, 'robin-elsewhere')
  await link(house.robin, 'robin-elsewhere', 'two')
})
afterAll(async () => {
  await house.server[Symbol.asyncDispose]()
  await elsewhere[Symbol.asyncDispose]()
})

/** A house with an owner, where both realms may be signed in with. */
async function openHouse(changes: Partial<IdentityProviderSettings> = {}) {
  const identityProviders = [elsewhere.settings('one', changes), elsewhere.settings('two')]
  const server = await startServer({ identityProviders })
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const { accounts, audit, invitations } = server.authorization
  return {
    ...{ server, robin, accounts },
    robinId: accounts.firstOwner()?.id ?? '',
    invite() {
      const inviting = invitations.create({ role: 'member', createdBy: accounts.firstOwner()?.id ?? '' })
      return inviting.outcome === 'made' ? inviting.text : ''
    },
    told: () =>
      audit
        .list({ limit: 500 })
        .map(
          ({ event, accountName = 'nobody', detail = '', address }) => `${accountName} ${event} ${detail} ${address}`,
        ),
    /** As if everybody had confirmed six minutes ago. */
    age: () => server.database.exec(`UPDATE sessions SET confirmed_at = confirmed_at - ${minutes(6)}`),
  }
}
const goOn = (page: string) => (/href="([^"]+)">Go on/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&')
const isSignedIn = async (person: Person) => (await person.get('/account')).url.pathname === '/account'

/** From a form of the hub's to the callback, which is not followed yet. */
async function leave(person: Person, path: string, form: Record<string, string>, login: string) {
  const { text } = await person.post(path, { provider: 'one', ...form })
  return elsewhere.signIn(person, goOn(text), login)
}
const callback = (person: Person, login: string, { realm = 'one', to = '/account' } = {}) =>
  elsewhere.signIn(person, `/sign-in/with/${realm}?return_to=${encodeURIComponent(to)}`, login)
const link = async (person: Person, login: string, realm = 'one') =>
  person.get((await leave(person, '/account/link', { provider: realm }, login)).href)
const signInWith = async (person: Person, login: string, realm = 'one') =>
  person.get((await callback(person, login, { realm })).href)

test('joins by an invitation, is signed in, and comes back with it', async () => {
  const { server, accounts, invite, told } = await openHouse()
  await using _ = server
  const [kim, key] = [createPerson(server.url), invite()]
  expect((await kim.post('/invitation', { key })).text).toContain('Join with Realm one')
  const taken = await kim.post('/invitation/with', { key, name: OWNER.name, provider: 'one' })
  expect([taken.status, taken.text.includes('has this name')]).toEqual([409, true])
  const back = await leave(kim, '/invitation/with', { key, name: 'Kim' }, 'kim-elsewhere')
  expect((await kim.get(back.href)).url.pathname).toBe('/')
  expect(accounts.named('Kim')).toMatchObject({ role: 'member' })
  expect(accounts.hasPassword(accounts.named('Kim')?.id ?? '')).toBe(false)

  const browser = createPerson(server.url)
  expect((await browser.get('/sign-in')).text).toContain('Sign in with Realm two')
  const page = await signInWith(browser, 'kim-elsewhere')
  expect([page.status, page.url.pathname]).toEqual([200, '/account'])
  expect(page.text).toContain('kim-elsewhere there')
  expect(told()).toEqual(
    expect.arrayContaining([
      'Kim account_created member 127.0.0.1',
      'Kim account_linked one 127.0.0.1',
      'Kim signed_in one 127.0.0.1',
    ]),
  )
  const late = await createPerson(server.url).post('/invitation/with', { key, name: 'Lou', provider: 'one' })
  expect(late.status).toBe(403)
})

test('is linked by its person, listed, and unlinked, but never the last way in', async () => {
  const { server, robin, robinId, told } = await openHouse()
  await using _ = server
  expect((await link(robin, 'robin-elsewhere')).text).toContain('Realm one</strong>: robin-elsewhere there')
  expect((await link(robin, 'robin-elsewhere', 'two')).text).toContain('Realm two</strong>')
  server.database.exec('UPDATE accounts SET password_hash = NULL')
  const unlink = async () => {
    const [, identity = ''] = /name="identity" value="([^"]+)"/.exec((await robin.get('/account')).text) ?? []
    return robin.post('/account/unlink', { identity })
  }
  expect((await unlink()).text).not.toContain('Realm one</strong>')
  const stays = await unlink()
  expect([stays.status, stays.text.includes('only way to sign in')]).toEqual([409, true])
  expect((await signInWith(createPerson(server.url), 'robin-elsewhere')).status).toBe(403)
  expect((await signInWith(createPerson(server.url), 'robin-elsewhere', 'two')).url.pathname).toBe('/account')
  expect(told()).toContain('Robin account_unlinked one 127.0.0.1')
  expect(server.authorization.people.list()).toMatchObject([{ id: robinId }])
})

test('is known by nobody: nothing is made, and it says what to do. A name or an address that is alike links nothing', async () => {
  const { server, told, accounts } = await openHouse()
  await using _ = server
  const stranger = createPerson(server.url)
  const page = await signInWith(stranger, OWNER.name)
  expect(page.status).toBe(403)
  expect(page.text).toContain('Nobody here knows this account')
  expect(page.text).toContain('Robin there')
  expect(page.text).toContain('ask an owner for an invitation')
  expect(await isSignedIn(stranger)).toBe(false)
  expect(accounts.list()).toHaveLength(1)
  expect(told()[0]).toBe('nobody sign_in_failed one 127.0.0.1')
})

test('opens one account and no other', async () => {
  const { server, robin, invite } = await openHouse()
  await using _ = server
  await link(robin, 'shared')
  const kim = createPerson(server.url)
  await kim.post('/invitation/accept', { name: 'Kim', password: 'a long enough one', key: invite() })
  const refused = await link(kim, 'shared')
  expect([refused.status, refused.text.includes('opens an account here already')]).toEqual([403, true])
  const key = invite()
  const lou = createPerson(server.url)
  const back = await leave(lou, '/invitation/with', { key, name: 'Lou' }, 'shared')
  expect((await lou.get(back.href)).status).toBe(403)
  // The invitation is still good.
  expect((await lou.post('/invitation', { key })).status).toBe(200)
  expect((await signInWith(createPerson(server.url), 'shared')).text).toContain('<dd>Robin</dd>')
})

const LIES: readonly (readonly [what: string, lie: Lie, status: number])[] = [
  ['signed by another key', { key: 'other' }, 403],
  ['for another program', { claims: { aud: 'another' } }, 403],
  ['for several, and does not say for which', { claims: { aud: ['the-house', 'another'] } }, 403],
  ['made for another', { claims: { azp: 'another' } }, 403],
  ['to another question', { claims: { nonce: 'another' } }, 403],
  ['to no question', { claims: { nonce: null } }, 403],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }, 403],
  ['that has expired', { claims: { exp: 1_000_000_000 } }, 403],
  ['without an end', { claims: { exp: null } }, 403],
  ['of nobody', { claims: { sub: null } }, 403],
  ['of somebody endless', { claims: { sub: 'x'.repeat(256) } }, 403],
  ['that is a page', { answer: '<h1>Sign in</h1>' }, 403],
  ['that is none', { answer: '{"access_token":"x","token_type":"bearer"}' }, 403],
  ['that is larger than any', { answer: JSON.stringify({ id_token: 'x'.repeat(300_000) }) }, 502],
  ['that never comes', { answer: 'hang_up' }, 502],
]

test('an ID token is believed when all of it is right', async () => {
  const { server, told } = house
  const browser = createPerson(server.url)
  for (const [what, lie, status] of LIES) {
    const back = await callback(browser, 'robin-elsewhere')
    await elsewhere.lie(lie)
    const page = await browser.get(back.href)
    expect([page.status, page.text.includes('That did not work')], what).toEqual([status, true])
    expect(await isSignedIn(browser), what).toBe(false)
  }
  expect(told()[0]).toBe('nobody sign_in_failed one 127.0.0.1')
  expect((await signInWith(browser, 'robin-elsewhere')).url.pathname).toBe('/account')
})

test('a callback is good once, in time, in the browser that asked, at the provider that it asked', async () => {
  const { server } = house
  const fresh = async () => {
    const browser = createPerson(server.url)
    return { browser, back: await callback(browser, 'robin-elsewhere') }
  }
  const refused = async (person: Person, url: URL, status: number) => {
    expect((await person.get(url.href)).status).toBe(status)
    expect(await isSignedIn(person)).toBe(false)
  }
  const changed = (url: URL, change: (query: URLSearchParams) => void) => {
    const other = new URL(url)
    change(other.searchParams)
    return other
  }

  const { browser, back } = await fresh()
  const thief = createPerson(server.url)
  await refused(thief, back, 400)
  await refused(
    browser,
    changed(back, (query) => query.set('state', 'another')),
    400,
  )
  await refused(
    browser,
    changed(back, (query) => query.delete('state')),
    400,
  )
  // A stranger's tries took nothing away.
  expect((await browser.get(back.href)).url.pathname).toBe('/account')
  await browser.post('/sign-out', {})
  await refused(browser, back, 400)

  // Mixed up (RFC 9700 §4.4): what the other provider answered, at this one's door.
  for (const change of [
    (query: URLSearchParams) => query.set('iss', `${query.get('iss')}`.replace(/one$/, 'two')),
    (query: URLSearchParams) => query.delete('iss'),
    (query: URLSearchParams) => query.append('code', 'another'),
    (query: URLSearchParams) => query.append('iss', 'https://evil.example'),
  ]) {
    const next = await fresh()
    await refused(next.browser, changed(next.back, change), 403)
  }
  const one = await fresh()
  const atTwo = new URL(one.back.href.replace('/with/one/', '/with/two/'))
  await refused(one.browser, atTwo, 400)
  const two = await callback(one.browser, 'robin-elsewhere', { realm: 'two' })
  const asOne = changed(two, () => {})
  asOne.pathname = '/sign-in/with/one/callback'
  await refused(one.browser, asOne, 400)

  const late = await fresh()
  server.database.exec(`UPDATE sign_in_attempts SET expires_at = expires_at - ${minutes(10)}`)
  await refused(late.browser, late.back, 400)
  expect(JSON.stringify(server.database.prepare('SELECT * FROM sign_in_attempts').all())).not.toContain(
    late.back.searchParams.get('state'),
  )
})

test('a provider that says no is quoted, shortly and as text', async () => {
  const { server } = house
  const browser = createPerson(server.url)
  const back = await callback(browser, 'robin-elsewhere')
  back.searchParams.delete('code')
  back.searchParams.set('error', 'access_denied')
  back.searchParams.set('error_description', `<script>alert(1)</script>\n${'long '.repeat(1000)}`)
  const page = await browser.get(back.href)
  expect(page.status).toBe(403)
  expect(page.text).toContain('Realm one says: “&lt;script&gt;alert(1)&lt;/script&gt; long')
  expect(page.text.length).toBeLessThan(2000)
})

test('a provider that is down fails alone, and is asked again', async () => {
  const { server, robin } = await openHouse({ issuer: new URL('http://127.0.0.1:9/realms/one') })
  await using _ = server
  await link(robin, 'robin-elsewhere', 'two')
  const browser = createPerson(server.url)
  const page = await browser.get('/sign-in/with/one?return_to=%2Faccount')
  expect(page.status).toBe(502)
  expect(page.text).toContain('Realm one does not answer')
  expect(page.text).toContain('href="/sign-in?return_to=%2Faccount"')
  expect((await signInWith(browser, 'robin-elsewhere', 'two')).url.pathname).toBe('/account')
  expect((await browser.get('/sign-in/with/nowhere')).status).toBe(404)
})

test('metadata of another issuer are not believed, and the next try finds better', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const answer = JSON.stringify({ issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example/auth' })
  await elsewhere.lie({ answer, at: '/.well-known/openid-configuration' })
  expect((await robin.post('/account/link', { provider: 'one' })).status).toBe(502)
  expect((await link(robin, 'robin-elsewhere')).text).toContain('Realm one</strong>')
})

test('a session is as fresh as the proof that the provider tells of', async () => {
  const { server } = house
  const now = Math.floor(Date.now() / 1000)
  for (const [authTime, page] of [
    [null, '/confirm'],
    [now - 301, '/confirm'],
    [now + 3600, '/confirm'],
    [now - 10, '/account/password'],
    [now + 20, '/account/password'],
  ] as const) {
    const browser = createPerson(server.url)
    const back = await callback(browser, 'robin-elsewhere')
    await elsewhere.lie({ claims: { auth_time: authTime } })
    await browser.get(back.href)
    expect((await browser.get('/account/password')).url.pathname, String(authTime)).toBe(page)
  }
})

test('confirms where the provider asks again, and only as the one who is linked', async () => {
  const { server, robin, age, told } = await openHouse()
  await using _ = server
  await link(robin, 'robin-elsewhere')
  age()
  const asked = await robin.get('/account/password')
  expect([asked.url.pathname, asked.text.includes('Confirm with Realm one')]).toEqual(['/confirm', true])
  const confirm = async (...lies: readonly Lie[]) => {
    const back = await leave(robin, '/confirm/with', { return_to: '/account/password' }, 'robin-elsewhere')
    await elsewhere.lie(...lies)
    return robin.get(back.href)
  }
  const other = await confirm({ claims: { sub: 'somebody-else' } })
  expect([other.status, other.text.includes('not the account')]).toEqual([403, true])
  for (const authTime of [null, Math.floor(Date.now() / 1000) - 90]) {
    const stale = await confirm({ claims: { auth_time: authTime } })
    expect([stale.status, stale.text.includes('it proves nothing')]).toEqual([403, true])
  }
  expect((await robin.get('/account/password')).url.pathname).toBe('/confirm')
  expect(told()[0]).toBe('Robin sign_in_failed confirmation 127.0.0.1')
  // Signed in there already, and asked all the same: `prompt=login`.
  expect((await confirm()).url.pathname).toBe('/account/password')
})

test('a provider that cannot ask again confirms nobody, and says what to do in time', async () => {
  const { server, invite, age } = await openHouse({ confirms: false })
  await using _ = server
  const kim = createPerson(server.url)
  const { text } = await kim.post('/invitation/with', { key: invite(), name: 'Kim', provider: 'one' })
  const url = new URL(goOn(text))
  expect([url.searchParams.get('prompt'), url.searchParams.has('max_age')]).toEqual(['select_account', false])
  // This provider knows no `select_account`.
  url.searchParams.delete('prompt')
  const joined = await kim.get((await elsewhere.signIn(kim, url, 'kim-elsewhere')).href)
  expect(joined.url.pathname).toBe('/account')
  expect(joined.text).toContain('set a password or add a passkey now')
  expect((await kim.get('/account/password')).url.pathname).toBe('/account/password')
  age()
  const asked = await kim.get('/account/password')
  expect(asked.text).toContain('Ask an owner for a new invitation')
  expect(asked.text).not.toContain('Confirm with')
})

test('linking asks who links to have confirmed, when they leave and when they are back', async () => {
  const { server, robin, age, invite } = await openHouse()
  await using _ = server
  const back = await leave(robin, '/account/link', {}, 'robin-elsewhere')
  age()
  expect((await robin.post('/account/link', { provider: 'one' })).url.pathname).toBe('/confirm')
  expect((await robin.get(back.href)).url.pathname).toBe('/confirm')
  await robin.post('/confirm', { password: OWNER.password })
  const again = await leave(robin, '/account/link', {}, 'robin-elsewhere')
  // Somebody else has signed in on this browser meanwhile.
  await robin.post('/invitation/accept', { name: 'Kim', password: 'a long enough one', key: invite() })
  expect((await robin.get(again.href)).url.pathname).toBe('/sign-in')
  expect((await signInWith(createPerson(server.url), 'robin-elsewhere')).status).toBe(403)
  const forged = await createPerson(server.url).post(
    '/account/link',
    { provider: 'one' },
    { origin: 'https://evil.example' },
  )
  expect(forged.status).toBe(403)
})

test('the way back leads to a page of the hub', async () => {
  const { server } = house
  const browser = createPerson(server.url)
  for (const to of ['https://evil.example/', '//evil.example', '/sign-in/with/one', '/oauth/authorize?x']) {
    const page = await browser.get((await callback(browser, 'robin-elsewhere', { to })).href)
    expect(page.url.href, to).toBe(`${server.url.origin}/`)
  }
})

test('a program that waits gets its code after the way round', async () => {
  const { server } = house
  const browser = createPerson(server.url)
  const query = new URLSearchParams({
    ...{ client_id: 'latchkey-page', redirect_uri: `${server.url.origin}/`, response_type: 'code', scope: 'openid' },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', resource: 'urn:latchkey:home', state: 's' },
  })
  const asked = await browser.get(`/oauth/authorize?${query}`)
  expect(asked.url.pathname).toBe('/sign-in')
  const [, href = ''] = /href="(\/sign-in\/with\/one[^"]+)"/.exec(asked.text) ?? []
  const page = await browser.get((await elsewhere.signIn(browser, href, 'robin-elsewhere')).href)
  // Not a redirect: the form that the person filled in at the provider may end at this hub only.
  expect(page.url.pathname).toBe('/sign-in/with/one/callback')
  const done = await browser.get(goOn(page.text))
  expect([done.url.pathname, done.url.searchParams.has('code'), done.url.searchParams.get('state')]).toEqual([
    ...['/', true],
    's',
  ])
})

test('the provider is asked with PKCE, state and nonce, all new each time, for this hub alone', async () => {
  const { server } = house
  const asked = async () => {
    const answer = await fetch(new URL('/sign-in/with/one', server.url), { redirect: 'manual' })
    return { url: new URL(answer.headers.get('location') ?? ''), cookie: answer.headers.getSetCookie().join() }
  }
  const [first, second] = [await asked(), await asked()]
  expect(Object.fromEntries(first.url.searchParams)).toMatchObject({
    ...{ client_id: 'the-house', response_type: 'code', scope: 'openid profile', code_challenge_method: 'S256' },
    redirect_uri: `${server.url.origin}/sign-in/with/one/callback`,
  })
  for (const name of ['state', 'nonce', 'code_challenge']) {
    expect(first.url.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    expect(first.url.searchParams.get(name)).not.toBe(second.url.searchParams.get(name))
  }
  expect(first.cookie).toMatch(/^latchkey-with=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('one whose provider was taken out of the settings is no way in', async () => {
  using home = await openHousehold()
  const identity = { issuer: 'https://id.example', subject: 's', name: '', authTime: undefined }
  let isToldOf = true
  const identities = createIdentities({ ...home, isToldOf: () => isToldOf })
  expect(identities.link(home.robin.id, 'one', identity)).toBe('done')
  expect(identities.link(home.robin.id, 'one', identity)).toBe('taken')
  expect(identities.usable(home.robin.id)).toHaveLength(1)
  const [{ id = '' } = {}] = identities.list(home.robin.id)
  expect(identities.remove(home.robin.id, id, false)).toBe('last_way')
  isToldOf = false
  expect([identities.usable(home.robin.id), identities.list(home.robin.id).length]).toEqual([[], 1])
  // It opens nothing, so it may go.
  expect(identities.remove(home.robin.id, id, false)).toBe('done')
  await home.join('Alex', 'owner')
  identities.link(home.robin.id, 'one', identity)
  home.accounts.remove(home.robin.id)
  expect(identities.find(identity)).toBeUndefined()
})

test('a provider that answers by another name is not told to be silent', async () => {
  const there = elsewhere.settings('one').issuer
  await using house = (await openHouse({ issuer: new URL(`${there.href}/`) })).server
  const page = await createPerson(house.url).get('/sign-in/with/one')
  expect(page.status).toBe(502)
  expect(page.text).toContain('Realm one is not set up rightly here. The log of the hub says what to change')
})
