// Limits on guesses, over real HTTP: who asks is who is connected, whatever they say.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { OWNER } from '../../person.ts'
import { openHubRoom } from '../hub-room.ts'

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
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length

test('a forged X-Forwarded-For is nobody else, and another address is not locked out by it', async () => {
  await using room = await openHubRoom()
  const url = room.hub.publicUrl
  const statuses: number[] = []
  for (let n = 0; n < 14; n++) statuses.push(await tryPassword(url, { headers: { 'x-forwarded-for': `10.0.0.${n}` } }))
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 4])
  expect(await tryPassword(url, { password: OWNER.password, from: '127.0.0.2' })).toBe(303)
})

test('a burst has as many tries as there are, and the right password costs none', async () => {
  await using room = await openHubRoom()
  const url = room.hub.publicUrl
  const statuses = await Promise.all(Array.from({ length: 40 }, () => tryPassword(url)))
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 30])
  for (let n = 0; n < 15; n++) {
    expect(await tryPassword(url, { password: OWNER.password, from: '127.0.0.2' })).toBe(303)
  }
})

test('blanks and capitals make no other name', async () => {
  await using room = await openHubRoom()
  const url = room.hub.publicUrl
  const statuses: number[] = []
  const names = ['Robin', ' robin', 'ROBIN ', '  Robin  ']
  for (let n = 0; n < 40; n++) {
    statuses.push(await tryPassword(url, { name: names[n % 4] ?? '', from: `127.0.1.${n >> 3}` }))
  }
  expect([count(statuses, 401), count(statuses, 429)]).toEqual([30, 10])
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
