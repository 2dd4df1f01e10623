// Limits on guesses, over real HTTP: who asks is who is connected, whatever they say.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { PASSWORD_COST } from '../../../hub/authorization/people/password.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { signIn, until } from '../../home.ts'
import { becomeOwner, OWNER } from '../../person.ts'
import { openHubRoom } from '../hub-room.ts'
import { startServer } from './server.ts'

/** Posts the sign-in form from one of this machine's addresses. Resolves with the status. */
const tryPassword = (
  url: URL,
  { name = OWNER.name, password = 'wrong password', from = '127.0.0.1', headers = {} } = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const body = new URLSearchParams({ name, password }).toString()
    const options = {
      method: 'POST',
      localAddress: from,
      headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    }
    const sent = request(`http://127.0.0.1:${url.port}/sign-in`, options, (response) => {
      response.resume()
      const { statusCode: status = 0, headers: told } = response
      if (status === 503 && told['retry-after'] !== '5') reject(new Error('503 says not when to come again'))
      resolve(status)
    })
    sent.on('error', reject)
    sent.end(body)
  })
const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length

test('a forged X-Forwarded-For is nobody else, and another address is not locked out by it', async () => {
  // What takes no time is over before the next one comes.
  await using room = await openHubRoom({ passwordCost: PASSWORD_COST })
  const url = room.hub.publicUrl
  const statuses: number[] = []
  for (let n = 0; n < 14; n++) statuses.push(await tryPassword(url, { headers: { 'x-forwarded-for': `10.0.0.${n}` } }))
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 4])
  expect(await tryPassword(url, { password: OWNER.password, from: '127.0.0.2' })).toBe(303)
})

test('a burst has as many tries as there are, and the right password costs none', async () => {
  // What takes no time is over before the next one comes.
  await using room = await openHubRoom({ passwordCost: PASSWORD_COST })
  const url = room.hub.publicUrl
  const statuses = await Promise.all(Array.from({ length: 40 }, () => tryPassword(url)))
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 30])
  for (let n = 0; n < 15; n++) {
    expect(await tryPassword(url, { password: OWNER.password, from: '127.0.0.2' })).toBe(303)
  }
})

test('where too many passwords wait, who comes now is asked to come again, at no cost; who is signed in goes first', async () => {
  await using room = await openHubRoom({ passwordCost: PASSWORD_COST })
  const url = room.hub.publicUrl
  const ended: string[] = []
  const guesses = Array.from({ length: 150 }, async (_, n) => {
    const status = await tryPassword(url, { name: `nobody-${n}`, from: `127.0.3.${Math.floor(n / 10)}` })
    ended.push(String(status))
    return status
  })
  await until(() => ended.includes('503'), 'a queue that is full')
  expect((await room.owner.post('/confirm', { password: OWNER.password, return_to: '/account' })).status).toBe(200)
  expect(count(ended.map(Number), 401)).toBeLessThan(40)
  const statuses = await Promise.all(guesses)
  const [judged, sentAway] = [count(statuses, 401), count(statuses, 503)]
  expect([judged + sentAway, sentAway > 20]).toEqual([150, true])
  // Of those who were sent away nobody has lost a try.
  const unlucky = statuses.flatMap((status, n) => (status === 503 ? [Math.floor(n / 10)] : [])).slice(0, 20)
  for (const host of unlucky) expect(await tryPassword(url, { from: `127.0.3.${host}`, name: 'nobody' })).toBe(401)
})

test('who is known waits in a queue with an end too: a page says so where no form of its own does', async () => {
  await using room = await openHubRoom({ passwordCost: PASSWORD_COST })
  const set = () => room.owner.post('/account/password', { password: OWNER.password })
  const pages = await Promise.all(Array.from({ length: 80 }, set))
  const statuses = pages.map(({ status }) => status)
  const sentAway = pages.filter(({ status }) => status === 503)
  expect([count(statuses, 200) + sentAway.length, sentAway.length > 0]).toEqual([80, true])
  for (const { text } of sentAway) expect(text).toContain('A moment, please')
  expect((await set()).status).toBe(200)
})

test('blanks and capitals make no other name', async () => {
  // What takes no time is over before the next one comes.
  await using room = await openHubRoom({ passwordCost: PASSWORD_COST })
  const url = room.hub.publicUrl
  const statuses: number[] = []
  const names = ['Robin', ' robin', 'ROBIN ', '  Robin  ']
  for (let n = 0; n < 40; n++) {
    statuses.push(await tryPassword(url, { name: names[n % 4] ?? '', from: `127.0.1.${n >> 3}` }))
  }
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([30, 10])
})

test('strangers who guess at a name keep nobody who is signed in from confirming, whose guesses are counted too', async () => {
  await using room = await openHubRoom()
  const url = room.hub.publicUrl
  const guesses: number[] = []
  for (let n = 0; n < 40; n++) guesses.push(await tryPassword(url, { from: `127.0.2.${n >> 3}` }))
  expect([count(guesses, 401), count(guesses, 429)]).toEqual([30, 10])
  const confirm = async (password: string) =>
    (await room.owner.post('/confirm', { password, return_to: '/account' })).status
  expect(await confirm(OWNER.password)).toBe(200)
  const statuses: number[] = []
  for (let n = 0; n < 14; n++) statuses.push(await confirm('wrong password'))
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 4])
})

test('registrations are counted however their path is spelled', async () => {
  await using room = await openHubRoom()
  const spellings = ['/oauth/register', '/oauth/register/', '/oauth/REGISTER']
  const statuses: number[] = []
  for (let n = 0; n < 75; n++) {
    const answer = await fetch(new URL(spellings[n % 3] ?? '', room.hub.publicUrl), { method: 'POST', body: '{}' })
    statuses.push(answer.status)
  }
  expect(count(statuses, 429)).toBe(15)
})

test('the metadata promises nothing that is not there', async () => {
  await using room = await openHubRoom()
  const metadata = (await (
    await fetch(new URL('/.well-known/openid-configuration', room.hub.publicUrl))
  ).json()) as Record<string, unknown>
  const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') && name !== 'mqtt_endpoint')
  expect(endpoints.length).toBeGreaterThan(4)
  for (const [name, url] of endpoints) {
    const ask = (method: string) => fetch(String(url), { method, redirect: 'manual' })
    const statuses = [(await ask('GET')).status, (await ask('POST')).status]
    expect(statuses, name).not.toEqual([404, 404])
  }
})

/** Asks to be sent to sign in, from one of this machine's addresses, as often as is said. Resolves with the statuses. */
async function authorize(url: URL, times: number, { from = '127.0.0.1', path = '/oauth/authorize' } = {}) {
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  const query = new URLSearchParams({
    ...{ client_id: 'latchkey-page', redirect_uri: `${url.origin}/`, response_type: 'code', scope: 'openid' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256' },
  })
  const statuses: number[] = []
  for (let n = 0; n < times; n++) {
    const options = { localAddress: from, headers: { host: url.host } }
    statuses.push(
      await new Promise((resolve, reject) => {
        const sent = request(`http://127.0.0.1:${url.port}${path}?${query}`, options, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        sent.on('error', reject)
        sent.end()
      }),
    )
  }
  return statuses
}

test('a browser that is nobody’s is sent to sign in so often and no more; others, and who is signed in, are', async () => {
  await using server = await startServer({ clock: new VirtualClock() })
  const { url } = server
  const owner = await becomeOwner(url, server.authorization.ownerKey.text)
  const statuses = await authorize(url, 320)
  expect([count(statuses, 303), count(statuses, 429)]).toEqual([300, 20])
  const rows = server.database.prepare("SELECT count(*) AS n FROM oidc WHERE model='Interaction'").get()?.n
  expect(rows).toBe(300)
  expect(await authorize(url, 1, { path: '/oauth/AUTHORIZE/' })).toEqual([429])
  expect(await authorize(url, 1, { from: '127.0.0.2' })).toEqual([303])
  expect(await signIn(url, owner)).toMatch(/^eyJ/)
})

test('all strangers together have an end too, which holds up nobody who is signed in', async () => {
  await using server = await startServer({ strangers: { authorizations: { perAddress: 2, all: 5 } } })
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const statuses: number[] = []
  for (let n = 1; n < 7; n++) statuses.push(...(await authorize(server.url, 1, { from: `127.0.0.${n}` })))
  expect(statuses).toEqual([...Array(5).fill(303), 429])
  expect(await signIn(server.url, owner)).toMatch(/^eyJ/)
})
