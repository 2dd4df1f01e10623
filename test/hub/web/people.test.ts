// `/api/people` and `/api/invitations`, at a real hub; and who is asked to confirm first.
import { describe, expect, test } from 'vitest'
import { HOME_SCOPES as ALL_SCOPES } from '#contract/scopes.ts'
import { instant, minutes, seconds } from '#contract/time.ts'
import type { Principal } from '../../../hub/broker/principal.ts'
import { createApi } from '../../../hub/web/api.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { signIn } from '../../home.ts'
import { createPerson } from '../../person.ts'
import { startServer } from '../authorization/server.ts'
import { closed } from '../broker/broker-room.ts'
import { type HubRoom, makeAppPassword, openHubRoom, type Problem } from '../hub-room.ts'

interface Listed {
  readonly id: string
  readonly name: string
  readonly role: string
}
const peopleOf = async (room: HubRoom, token: string): Promise<readonly Listed[]> =>
  ((await (await room.ask('GET', '/api/people', token)).json()) as { people: Listed[] }).people
const PASSWORD = 'a long enough one'

/** Lets Kim in as the owner and a browser do it; `token` is the owner's. */
async function letKimIn(room: HubRoom, token: string, role: string) {
  const made = await room.ask('POST', '/api/invitations', token, { role, nameHint: ' Kim ' })
  expect(made.status).toBe(201)
  const { link } = (await made.json()) as { link: string }
  const kim = createPerson(room.hub.publicUrl)
  await kim.post('/invitation/accept', { name: 'Kim', password: PASSWORD, key: new URL(link).hash.slice(1) })
  const listed = (await peopleOf(room, token)).find(({ name }) => name === 'Kim')
  if (listed === undefined) throw new Error('Kim did not come in')
  return { kim, id: listed.id, link }
}

test('an owner invites, sees who came, changes a role and removes: connections end within a second', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const { kim, id, link } = await letKimIn(room, token, 'member')
  expect(new URL(link)).toMatchObject({ origin: room.hub.publicUrl.origin, pathname: '/invitation', search: '' })
  const list = await room.ask('GET', '/api/people', token)
  expect([list.status, list.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(await list.json()).toMatchObject({
    people: [
      { name: 'Robin', role: 'owner', hasPassword: true },
      { id, name: 'Kim', role: 'member', hasPassword: true, createdAt: expect.stringMatching(/Z$/) },
    ],
  })

  const member = await room.connect(await signIn(room.hub.publicUrl, kim))
  const owner = await room.connect(token)
  let begun = performance.now()
  expect((await room.ask('PATCH', `/api/people/${id}`, token, { role: 'guest' })).status).toBe(204)
  await closed(member)
  expect(performance.now() - begun).toBeLessThan(seconds(1))

  const guestToken = await signIn(room.hub.publicUrl, kim)
  expect((await room.ask('GET', '/api/people', guestToken)).status).toBe(403)
  const guest = await room.connect(guestToken)
  begun = performance.now()
  expect((await room.ask('DELETE', `/api/people/${id}`, token)).status).toBe(204)
  await closed(guest)
  expect(performance.now() - begun).toBeLessThan(seconds(1))
  expect((await room.ask('GET', '/api/devices', guestToken)).status).toBe(401)
  expect((await kim.get('/account')).url.pathname).toBe('/sign-in')
  expect((await peopleOf(room, token)).map(({ name }) => name)).toEqual(['Robin'])
  expect((await room.ask('DELETE', `/api/people/${id}`, token)).status).toBe(404)
  expect(owner.connected).toBe(true)
  const secret = new URL(link).hash.slice(1)
  expect(room.logged.filter((line) => line.includes(secret) || line.includes(PASSWORD))).toEqual([])
  expect(room.disk().includes(secret)).toBe(false)
})

test('one with an app password loses its connection with the person who made it', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const { kim, id } = await letKimIn(room, token, 'owner')
  const kims = await room.ask('POST', '/api/app-passwords', await signIn(room.hub.publicUrl, kim), {
    name: 'Node-RED',
    scopes: ['home:read'],
  })
  const client = await room.connect(((await kims.json()) as { password: string }).password)
  const begun = performance.now()
  await room.ask('DELETE', `/api/people/${id}`, token)
  await closed(client)
  expect(performance.now() - begun).toBeLessThan(seconds(1))
})

test('the last owner stays, and says why', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const [robin] = await peopleOf(room, token)
  for (const [method, body] of [['DELETE'], ['PATCH', { role: 'member' }]] as const) {
    const refused = await room.ask(method, `/api/people/${robin?.id}`, token, body)
    expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
      409,
      'This is the last owner: make somebody else one first',
    ])
  }
})

test('an invitation is listed without its link, and withdrawn', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const made = (await (await room.ask('POST', '/api/invitations', token, { role: 'guest' })).json()) as {
    id: string
    link: string
  }
  const list = await (await room.ask('GET', '/api/invitations', token)).text()
  expect(JSON.parse(list)).toMatchObject({ invitations: [{ id: made.id, role: 'guest', nameHint: null }] })
  expect(list).not.toContain(new URL(made.link).hash.slice(1))
  expect((await room.ask('DELETE', `/api/invitations/${made.id}`, token)).status).toBe(204)
  expect((await room.ask('DELETE', `/api/invitations/${made.id}`, token)).status).toBe(404)
  const late = await createPerson(room.hub.publicUrl).post('/invitation', { key: new URL(made.link).hash.slice(1) })
  expect(late.status).toBe(403)
})

test('the audit says who changed what about whom, and from where', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const { id } = await letKimIn(room, token, 'guest')
  await room.ask('PATCH', `/api/people/${id}`, token, { role: 'member' })
  await room.ask('DELETE', `/api/people/${id}`, token)
  const made = (await (await room.ask('POST', '/api/invitations', token, { role: 'owner' })).json()) as { id: string }
  await room.ask('DELETE', `/api/invitations/${made.id}`, token)
  const { entries } = (await (await room.ask('GET', '/api/audit', token)).json()) as {
    entries: { event: string; account: { name: string } | null; address: string; detail: string }[]
  }
  const told = entries.filter(({ event }) => /^(account_(changed|removed)|invitation)/.test(event)).reverse()
  expect(told.map(({ event, detail }) => [event, detail])).toEqual([
    ['invitation_created', 'guest, for Kim'],
    ['account_changed', 'Kim: guest → member'],
    ['account_removed', 'Kim: member'],
    ['invitation_created', 'owner'],
    ['invitation_withdrawn', 'owner'],
  ])
  for (const { account, address } of told) expect([account?.name, address]).toEqual(['Robin', '127.0.0.1'])
})

test('says which part of a request is wrong', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  for (const [method, path, body, named] of [
    ['POST', '/api/invitations', {}, '"role"'],
    ['POST', '/api/invitations', { role: 'king' }, '"role"'],
    ['POST', '/api/invitations', { role: 'guest', nameHint: 'a\nb' }, '"nameHint"'],
    ['POST', '/api/invitations', { role: 'guest', forever: true }, '"forever"'],
    ['PATCH', '/api/people/x', '{', 'the body'],
    ['PATCH', '/api/people/x', { role: null }, '"role"'],
  ] as const) {
    const response = await room.ask(method, path, token, body)
    expect([response.status, ((await response.json()) as Problem).detail]).toEqual([
      400,
      expect.stringContaining(named),
    ])
  }
})

describe('who changes people has confirmed within five minutes', () => {
  const CHANGES = [
    ['POST', '/api/invitations', { role: 'guest' }],
    ['DELETE', '/api/invitations/x', undefined],
    ['PATCH', '/api/people/x', { role: 'guest' }],
    ['DELETE', '/api/people/x', undefined],
    ['POST', '/api/app-passwords', { name: 'x', scopes: ['home:read'] }],
  ] as const

  async function askAs(changes: Partial<Principal>) {
    const server = await startServer()
    const clock = new VirtualClock()
    const principal: Principal = {
      ...{ credential: 'access_token', clientId: 'page', device: undefined, subject: 'robin', role: 'owner' },
      ...{ scopes: ALL_SCOPES, grantId: 'g', expiresAt: instant(clock.now() + minutes(10)), confirmedAt: clock.now() },
      ...changes,
    }
    const api = createApi({
      ...server.authorization,
      ...{ admission: { admit: async () => principal }, isConnected: () => false, unpair: async () => false },
      ...{ publicUrl: server.url, clock },
    })
    const env = { incoming: { headers: { 'x-forwarded-for': '127.0.0.1' } } }
    const ask = (method: string, path: string, body?: object) => {
      const headers = { authorization: 'Bearer x' }
      return api.request(path, { method, headers, body: body ? JSON.stringify(body) : null }, env)
    }
    return { ask, clock, server }
  }

  test('a token whose person has not is good, and not enough: RFC 9470 says what to do', async () => {
    const { ask, clock, server } = await askAs({})
    await using _ = server
    expect((await ask('DELETE', '/api/people/x')).status).toBe(404)
    await clock.advance(minutes(5))
    for (const [method, path, body] of CHANGES) {
      const refused = await ask(method, path, body)
      expect(refused.status, path).toBe(401)
      const challenge = refused.headers.get('www-authenticate')
      expect(challenge).toMatch(/^Bearer .*error="insufficient_user_authentication".*max_age="300"$/)
      expect(await refused.json()).toMatchObject({
        type: 'urn:latchkey:problem:insufficient_user_authentication',
        max_age: 300,
      })
    }
    expect((await ask('GET', '/api/people')).status).toBe(200)
    expect((await ask('GET', '/api/invitations')).status).toBe(200)
  })

  test('one that does not say when, and one that says a time to come, are not enough', async () => {
    for (const confirmedAt of [undefined, instant(8.64e15)]) {
      const { ask, server } = await askAs({ confirmedAt })
      await using _ = server
      for (const [method, path, body] of CHANGES) expect((await ask(method, path, body)).status).toBe(401)
    }
  })

  test('a program with an app password changes nobody', async () => {
    await using room = await openHubRoom()
    const { password } = await makeAppPassword(room, 'home:read', 'home:admin')
    for (const [method, path, body] of CHANGES) expect((await room.ask(method, path, password, body)).status).toBe(403)
    expect((await room.ask('GET', '/api/people', password)).status).toBe(200)
  })
})
