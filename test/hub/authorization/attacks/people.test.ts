// Attacks on people: who lives here, what their password is, and what a program that was let in may do in their name.
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { minutes } from '#contract/time.ts'
import { PASSWORD_COST } from '../../../../hub/authorization/people/password.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { becomeOwner, createPerson, OWNER } from '../../../person.ts'
import { openHubRoom } from '../../hub-room.ts'
import { answerConsent, basic, post, register } from '../flows/apps.ts'
import { letIn as invite } from '../newcomer.ts'
import { startServer } from '../server.ts'
import { authorizeUrl, codeFor, openAttackRoom, redeem } from './room.ts'

const room = await openAttackRoom()
const { server } = room

/** What one try costs the processor of the whole process, its threads included: wall time tells of other people's work. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0

test('a name that nobody has, or whose account has no password, is told what a wrong password is, and costs as much', async () => {
  await using full = await startServer({ passwordCost: PASSWORD_COST })
  await becomeOwner(full.url, full.authorization.ownerKey.text)
  full.database.exec("INSERT INTO accounts VALUES ('kim', 'Kim', 'guest', 1, NULL)")
  const costs = new Map<string, number[]>()
  const told = new Set<string>()
  const round = [OWNER.name, 'Nobody', 'Kim']
  // The first answer of a server takes more than others.
  for (const name of ['Nobody', ...round, ...round, ...round]) {
    const cost = await costOf(async () => {
      const { status, text } = await createPerson(full.url).post('/sign-in', { name, password: 'a wrong password' })
      told.add(`${status} ${text.replace(`value="${name}"`, '')}`)
    })
    costs.set(name, [...(costs.get(name) ?? []), cost])
  }
  expect(told.size).toBe(1)
  for (const name of ['Nobody', 'Kim']) {
    // Without the decoy it is less than a tenth.
    const ratio = median(costs.get(name) ?? []) / median(costs.get(OWNER.name) ?? [])
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  }
})

test('and is told the same in the same words, with the password grant too', async () => {
  await using other = await startServer({ legacyFlows: ['password'] })
  await becomeOwner(other.url, other.authorization.ownerKey.text)
  const app = await register(other, { grant_types: ['password'], redirect_uris: [] }, { password: true })
  const tell = async (username: string) => {
    const form = { grant_type: 'password', username, password: 'a wrong password', scope: 'home:read' }
    const answer = await post(other, '/oauth/token', form, { authorization: basic(app) })
    return [answer.status, await answer.json()]
  }
  const told = await tell(OWNER.name)
  expect(told).toMatchObject([400, { error_description: expect.stringContaining('do not go together') }])
  expect(await tell('Nobody at all')).toEqual(told)
})

test('who keeps signing in with a password that is being changed is out with it', async () => {
  // At full cost, or nobody has to wait.
  await using house = await startServer({ passwordCost: PASSWORD_COST })
  const robin = await becomeOwner(house.url, house.authorization.ownerKey.text)
  const thieves = () => Array.from({ length: 6 }, () => createPerson(house.url).post('/sign-in', OWNER))
  const confirming = createPerson(house.url)
  await confirming.post('/sign-in', OWNER)
  // Some wait their turn before the new password does, and some after it.
  await Promise.all([
    ...thieves(),
    robin.post('/account/password', { password: 'another horse battery' }),
    ...thieves(),
    confirming.post('/confirm', { password: OWNER.password }),
  ])
  expect(house.database.prepare('SELECT count(*) AS n FROM sessions').get()?.n).toBe(1)
  expect((await robin.get('/account')).text).toContain('Your account')
  expect((await createPerson(house.url).post('/sign-in', OWNER)).status).toBe(401)
})

test('asking for a passkey’s challenge tells of nobody', async () => {
  const ask = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ purpose: 'sign_in', ...form })
    const answer = await fetch(new URL('/passkey/options', server.url), { method: 'POST', body })
    const { options } = (await answer.json()) as { options: { challenge: string; allowCredentials?: unknown[] } }
    return { ...options, challenge: options.challenge.length }
  }
  expect(await ask({ name: OWNER.name })).toEqual(await ask({ name: 'Nobody' }))
})

test('a program with home:admin takes a confirmed person to be let in, and another to do anything', async () => {
  const clock = new VirtualClock()
  await using slow = await startServer({ clock })
  const owner = await becomeOwner(slow.url, slow.authorization.ownerKey.text)
  const app = await register(slow, {}, { scopes: ['home:read', 'home:admin'] })
  await clock.advance(minutes(6))
  const { pathname, search } = authorizeUrl(slow, app, { scope: 'openid home:admin', prompt: undefined })
  const asked = await owner.get(`${pathname}${search}`)
  expect(asked.url.pathname).toBe('/confirm')
  const back = asked.url.searchParams.get('return_to') ?? ''
  // The answer without the confirmation is none.
  expect((await owner.post(back, { answer: 'approved' })).url.pathname).toBe('/confirm')
  const wrong = await owner.post('/confirm', { password: 'a wrong password', return_to: back })
  expect(wrong.status).toBe(401)
  const confirmed = await owner.post('/confirm', { password: OWNER.password, return_to: back })
  expect(confirmed.text).toContain('Manage people and devices')
})

test('a member gives no program what only an owner may, and a guest no key of the panel', async () => {
  const member = await invite(server, 'Kim', 'member')
  const guest = await invite(server, 'Gil', 'guest')
  const app = await register(server, {}, { scopes: ['home:read', 'security:disarm', 'home:admin'] })
  for (const [person, got] of [
    [member, 'home:read security:disarm'],
    [guest, 'home:read'],
  ] as const) {
    const url = authorizeUrl(server, app, { scope: 'openid home:read security:disarm home:admin' })
    const back = await answerConsent(person, url, 'approved')
    const { body } = await redeem(server, app, back.searchParams.get('code') ?? '')
    expect(decodeJwt(String(body.access_token))).toMatchObject({ scope: got, aud: AUDIENCE })
  }
})

test('a program’s ID token, refresh token and code are no access tokens', async () => {
  const app = await register(server, { grant_types: ['authorization_code', 'refresh_token'] })
  const { body } = await redeem(server, app, await codeFor(room, app))
  for (const text of [body.id_token, body.refresh_token]) {
    await expect(server.authorization.verifier.verify(String(text))).rejects.toThrow('Cannot admit')
    const headers = { authorization: `Bearer ${text}` }
    expect((await fetch(new URL('/oauth/userinfo', server.url), { headers })).status).toBe(401)
  }
})

const hub = await openHubRoom()
afterAll(() => hub[Symbol.asyncDispose]())

test('a token in an address is no token: neither the API nor userinfo reads it (RFC 9700 §4.3.2)', async () => {
  const token = await hub.accessToken()
  for (const path of ['/api/me', '/oauth/userinfo']) {
    const url = new URL(`${path}?access_token=${token}`, hub.hub.publicUrl)
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(400)
  }
})

test('a service never manages the home, and the owner’s token of an hour ago makes no more keys', async () => {
  const admin = await hub.accessToken()
  const made = await hub.ask('POST', '/api/registration-tokens', admin, { name: 'Service', scopes: ['home:admin'] })
  const { token } = (await made.json()) as { token: string }
  const registered = await fetch(new URL('/oauth/register', hub.hub.publicUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Service', grant_types: ['client_credentials'], redirect_uris: [] }),
  })
  const service = (await registered.json()) as Parameters<typeof basic>[0]
  const form = { grant_type: 'client_credentials', scope: 'home:admin' }
  const answer = await post({ url: hub.hub.publicUrl } as typeof server, '/oauth/token', form, {
    authorization: basic(service),
  })
  expect(await answer.json()).toMatchObject({ error: 'invalid_scope' })
})

test('who may manage the home and nothing in it registers no program that may more', async () => {
  const register = (token: string, scopes: readonly string[]) =>
    hub.ask('POST', '/api/registration-tokens', token, { name: 'Service', scopes })
  const admin = await hub.accessToken('openid home:admin')
  const refused = await register(admin, ['home:admin', 'security:disarm'])
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('leave out security:disarm')])
  expect((await register(admin, ['home:admin'])).status).toBe(201)
})

test.for([
  {
    what: 'its payload changed',
    forge: (head: string, body: string, end: string) => [head, more(body), end].join('.'),
  },
  { what: 'no algorithm', forge: (_: string, body: string) => `${part({ alg: 'none', typ: 'at+jwt' })}.${body}.` },
  { what: 'no signature', forge: (head: string, body: string) => `${head}.${body}.` },
  {
    what: 'its type changed',
    forge: (_: string, body: string, end: string) => `${part({ alg: 'ES256', typ: 'JWT' })}.${body}.${end}`,
  },
  {
    what: 'a key of its own',
    forge: (_: string, body: string, end: string) => `${part({ alg: 'ES256', typ: 'at+jwt', jwk: {} })}.${body}.${end}`,
  },
  {
    what: 'a key behind an address',
    forge: (_: string, body: string, end: string) =>
      `${part({ alg: 'ES256', typ: 'at+jwt', jku: 'https://evil.example/' })}.${body}.${end}`,
  },
  {
    what: 'a critical header nobody knows',
    forge: (_: string, body: string, end: string) =>
      `${part({ alg: 'ES256', typ: 'at+jwt', crit: ['x'], x: 1 })}.${body}.${end}`,
  },
])('an access token with $what opens neither the API nor the broker', async ({ forge }) => {
  const [head = '', body = '', end = ''] = (await hub.accessToken('openid home:read')).split('.')
  const forged = forge(head, body, end)
  expect((await hub.ask('GET', '/api/devices', forged)).status).toBe(401)
  await expect(hub.connect(forged)).rejects.toThrow(/Not authorized|closed/)
})

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const more = (body: string) =>
  part({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), scope: 'home:read home:admin' })
