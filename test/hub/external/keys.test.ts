import { beforeAll, expect, test } from 'vitest'
import { hours, minutes, seconds } from '#contract/time.ts'
import { AdmissionError } from '../../../hub/authorization/access-token.ts'
import { createForeignKeys, createKey, type ForeignKeys, ISSUER, type Key } from './foreign-keys.ts'

let first: Key
let second: Key
beforeAll(async () => {
  first = await createKey('k1')
  second = await createKey('k2')
})

type Opened = ReturnType<ForeignKeys['open']>
const judge = async ({ verifier }: Opened, token: string | Promise<string>): Promise<string> =>
  verifier
    .verify(await token)
    .then(() => 'admitted')
    .catch((error: unknown) => (error instanceof AdmissionError ? error.code : `${error}`))

const asksFor = (room: ForeignKeys) => room.asked.filter((path) => path === '/keys').length
const said = (room: ForeignKeys, words: string) => room.logged.filter((line) => line.includes(words)).length

async function opened(): Promise<[ForeignKeys, Opened]> {
  const room = createForeignKeys()
  room.publish(first)
  const hub = room.open()
  await hub.keys.look()
  return [room, hub]
}

test('a new key is believed as soon as a token is signed by it, and the one before until it is withdrawn', async () => {
  const [room, hub] = await opened()
  room.publish(second, first)
  expect(await judge(hub, room.sign(second))).toBe('admitted')
  expect(await judge(hub, room.sign(first))).toBe('admitted')
  expect(asksFor(room)).toBe(2)

  room.publish(second)
  await room.clock.advance(minutes(5))
  await hub.keys.sweep()
  expect(await judge(hub, room.sign(first))).toBe('bad_signature')
})

test('tokens that arrive together ask once', async () => {
  const [room, hub] = await opened()
  room.publish(second)
  const tokens = await Promise.all(Array.from({ length: 20 }, () => room.sign(second)))
  expect(new Set(await Promise.all(tokens.map((token) => judge(hub, token))))).toEqual(new Set(['admitted']))
  expect(asksFor(room)).toBe(2)
})

test('a quarter of an hour of garbage asks about once a minute; a key that changes meanwhile is found within one', async () => {
  const [room, hub] = await opened()
  const garbage = await room.sign(await createKey('nonsense'), { exp: 4e9 })
  for (let second = 0; second < 900; second++) {
    expect(await judge(hub, garbage)).toBe('bad_signature')
    await room.clock.advance(seconds(1))
  }
  expect(asksFor(room)).toBeGreaterThan(10)
  expect(asksFor(room)).toBeLessThan(22)

  room.publish(second)
  for (let waited = 0; waited < 60; waited++) {
    await judge(hub, garbage)
    await room.clock.advance(seconds(1))
  }
  expect(await judge(hub, room.sign(second))).toBe('admitted')
})

test('while the issuer is away its known keys are believed for a day, what is unknown is refused at once, and both are said once', async () => {
  const [room, hub] = await opened()
  room.away = true
  expect(await judge(hub, room.sign(second))).toBe('bad_signature')
  for (let hour = 0; hour < 23; hour++) {
    await room.clock.advance(hours(1))
    await hub.keys.sweep()
    expect(await judge(hub, room.sign(first))).toBe('admitted')
  }
  expect(said(room, 'its last known keys are believed for a day')).toBe(1)

  await room.clock.advance(hours(1))
  expect(await judge(hub, room.sign(first))).toBe('issuer_away')

  room.away = false
  await hub.keys.sweep()
  await room.clock.advance(seconds(5))
  await hub.keys.sweep()
  expect(await judge(hub, room.sign(first))).toBe('admitted')
  expect(said(room, 'the issuer answers again')).toBe(1)
})

test('a hub that starts while the issuer is away goes on with the keys of before, and alone lets nobody in', async () => {
  const [room] = await opened()
  room.away = true
  const restarted = room.open()
  await restarted.keys.look()
  expect(await judge(restarted, room.sign(first))).toBe('admitted')

  const fresh = createForeignKeys()
  fresh.away = true
  const lonely = fresh.open()
  await lonely.keys.look()
  expect(await judge(lonely, fresh.sign(first))).toBe('issuer_away')
  expect(said(fresh, 'nobody can be let in')).toBe(1)
})

test('the keys of another issuer are not gone on with', async () => {
  const [room] = await opened()
  room.database.exec(`UPDATE meta SET value = replace(value, '${ISSUER}', 'https://id.other')`)
  room.away = true
  const restarted = room.open()
  await restarted.keys.look()
  expect(await judge(restarted, room.sign(first))).toBe('issuer_away')
})

test('a server that calls itself otherwise is not believed: when the hub starts, and later', async () => {
  const room = createForeignKeys()
  room.publish(first)
  const path = '/realms/home/.well-known/openid-configuration'
  const right = room.documents[path]
  const wrong = { issuer: 'https://mallory.example', jwks_uri: 'https://id.example/keys' }
  room.documents[path] = wrong
  await expect(room.open().keys.look()).rejects.toThrow('it calls itself "https://mallory.example"')
  expect(asksFor(room)).toBe(0)

  room.documents[path] = right
  const hub = room.open()
  await hub.keys.look()
  room.publish(second)
  room.documents[path] = wrong
  await room.clock.advance(hours(2))
  await hub.keys.sweep()
  expect(await judge(hub, room.sign(second))).toBe('bad_signature')
  expect(await judge(hub, room.sign(first))).toBe('admitted')
  expect(said(room, 'it calls itself')).toBe(1)
})

test('metadata where RFC 8414 has it will do', async () => {
  const room = createForeignKeys()
  room.publish(first)
  const [[path, document] = ['', {}]] = Object.entries(room.documents)
  delete room.documents[path]
  room.documents['/.well-known/oauth-authorization-server/realms/home'] = document
  const hub = room.open()
  await hub.keys.look()
  expect(await judge(hub, room.sign(first))).toBe('admitted')
})

test.for([
  { what: 'no keys', keys: [] },
  { what: 'a shared secret', keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'k1' }] },
  { what: 'a private key', keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c', kid: 'k1' }] },
  { what: 'something else', keys: 'none' },
])('a set of $what changes nothing', async ({ keys }) => {
  const [room, hub] = await opened()
  room.documents['/keys'] = { keys }
  await room.clock.advance(minutes(6))
  await hub.keys.sweep()
  expect(await judge(hub, room.sign(first))).toBe('admitted')
})

test.for(['http://id.example/keys', 'http://127.0.0.1/keys', 'ftp://id.example/keys', 'keys'])(
  'keys at %s are not fetched',
  async (jwks_uri) => {
    const room = createForeignKeys()
    room.publish(first)
    room.documents['/realms/home/.well-known/openid-configuration'] = { issuer: ISSUER, jwks_uri }
    const hub = room.open()
    await hub.keys.look()
    expect(asksFor(room)).toBe(0)
  },
)
