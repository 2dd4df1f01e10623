import { randomBytes } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { minutes, seconds } from '#contract/time.ts'
import { until } from '../../home.ts'
import { type BrokerRoom, closed, hearing, ISSUER, openBrokerRoom, PANEL, THERMOSTAT } from './broker-room.ts'

const claims = (room: BrokerRoom) => {
  const now = Math.floor(room.clock.now() / 1000)
  return {
    iss: ISSUER.origin,
    aud: AUDIENCE,
    sub: 'robin',
    grant_id: 'g-1',
    client_id: THERMOSTAT,
    scope: 'device',
    iat: now,
    exp: now + 600,
  }
}

const BAD_TOKENS: readonly (readonly [string, (room: BrokerRoom) => Promise<string>])[] = [
  ['no token at all', async () => ''],
  ['something that is no token', async () => 'correct horse battery staple'],
  ['an expired token', (room) => room.deviceToken(THERMOSTAT, { exp: Math.floor(room.clock.now() / 1000) - 60 })],
  ['a token from elsewhere', (room) => room.deviceToken(THERMOSTAT, { iss: 'https://evil.example' })],
  ['a token for somebody else', (room) => room.deviceToken(THERMOSTAT, { aud: 'urn:other:home' })],
  ['an ID token', (room) => room.token({ client_id: THERMOSTAT, scope: 'device' }, { typ: 'JWT' })],
  ['a token without a signature (alg: none)', async (room) => new UnsecuredJWT(claims(room)).encode()],
  [
    'a token signed with a guessed secret',
    async (room) =>
      new SignJWT(claims(room)).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k' }).sign(randomBytes(32)),
  ],
  ['a token that was cut off', async (room) => (await room.deviceToken(THERMOSTAT)).slice(0, -10)],
  [
    'a token that was changed',
    async (room) => {
      const [header, , signature] = (await room.deviceToken(THERMOSTAT)).split('.')
      const forged = Buffer.from(JSON.stringify({ ...claims(room), scope: 'home:admin' })).toString('base64url')
      return `${header}.${forged}.${signature}`
    },
  ],
  [
    'a token without a grant',
    (room) => room.token({ client_id: THERMOSTAT, scope: 'device', grant_id: undefined } as never),
  ],
  ['a token of 15 KB', async () => 'e'.repeat(15_000)],
]

test.for(BAD_TOKENS)('%s is refused at the door with CONNACK 5', async ([, make]) => {
  await using room = await openBrokerRoom()
  const password = await make(room)
  await expect(room.connect({ clientId: THERMOSTAT, username: 'x', password })).rejects.toMatchObject({ code: 5 })
  expect(room.broker.connections()).toEqual([])
})

test('a token of 1 MB is not even read: the connection is gone as soon as its length is known', async () => {
  await using room = await openBrokerRoom()
  await expect(room.connect({ clientId: THERMOSTAT, username: 'x', password: 'e'.repeat(1 << 20) })).rejects.toThrow()
  // Six bytes that announce 200 MB.
  const [near, far] = duplexPair()
  room.broker.handle(far, 'in memory')
  near.on('error', () => {})
  near.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x64, 0]))
  await until(() => far.destroyed, 'the end of it')
})

test('a message above 64 KiB ends the connection of whoever sends it', async () => {
  await using room = await openBrokerRoom()
  const client = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
  })
  client.on('error', () => {})
  client.publish(`homie/5/${THERMOSTAT}/$description`, 'x'.repeat(70_000), { retain: true })
  await closed(client)
  expect(await room.broker.retained('homie/5/#')).toEqual([])
})

test('a device connects under its own name only', async () => {
  await using room = await openBrokerRoom()
  const password = await room.deviceToken(THERMOSTAT)
  await expect(room.connect({ clientId: PANEL, username: 'x', password })).rejects.toMatchObject({ code: 5 })
})

test('names that hold a slash, as another server may give them, do not run into each other', async () => {
  await using room = await openBrokerRoom()
  const claims = { scope: 'home:read', role: 'owner' }
  const one = await room.connect({
    ...{ clientId: 'x', username: 'x' },
    password: await room.token({ ...claims, client_id: 'a/b', sub: 'c' }),
  })
  const other = await room.token({ ...claims, client_id: 'a', sub: 'b/c' })
  await room.connect({ clientId: 'x', username: 'x', password: other })
  await one.subscribeAsync('homie/5/#')
  expect(one.connected).toBe(true)
})

test('nobody can throw a device out by taking its name, nor read the queue of another person', async () => {
  await using room = await openBrokerRoom()
  const device = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
  })
  const robin = await room.connect({ clientId: THERMOSTAT, username: 'x', password: await room.personToken() })
  const kim = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.personToken({ sub: 'kim' }),
  })
  await room.broker.publish({ topic: 'homie/5/$broadcast/x', payload: '1' })
  expect([device.connected, robin.connected, kim.connected]).toEqual([true, true, true])
  expect(room.broker.connections()).toHaveLength(3)
})

test.for([
  ["another's topic", 'homie/5/thermostat-zzzzzz/climate/current', false],
  ['its own command', `homie/5/${THERMOSTAT}/climate/target/set`, false],
  ['a discovery document', 'homeassistant/climate/x/config', true],
  ['a system topic', '$SYS/x', false],
] as const)('a device that publishes %s is disconnected, and nobody hears it', async ([, topic, retain]) => {
  await using room = await openBrokerRoom()
  const heard: string[] = []
  await room.broker.subscribe('#', ({ topic: name }) => heard.push(name))
  await room.broker.subscribe('homeassistant/#', ({ topic: name }) => heard.push(name))
  const device = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
  })
  device.on('error', () => {})
  device.publish(topic, '21', { retain, qos: 1 })
  await closed(device)
  expect(heard).not.toContain(topic)
  expect(await room.broker.retained(topic)).toEqual([])
})

test.for(['#', '+/+/+/$state', '$share/group/homie/5/#', '$SYS/#', 'homeassistant/#'])(
  'a guest who subscribes to %s is told no (128), and keeps the connection',
  async (filter) => {
    await using room = await openBrokerRoom()
    const guest = await room.connect({
      clientId: 'x',
      username: 'x',
      password: await room.personToken({ role: 'guest' }),
    })
    const [granted] = await guest
      .subscribeAsync(filter)
      .catch((error: { packet?: { granted: number[] } }) => [{ qos: error.packet?.granted[0] ?? 128 }])
    expect(granted?.qos).toBe(128)
    expect(guest.connected).toBe(true)
  },
)

test('a kept command is refused: it would be obeyed again at every restart', async () => {
  await using room = await openBrokerRoom()
  const person = await room.connect({ clientId: 'x', username: 'x', password: await room.personToken() })
  person.on('error', () => {})
  person.publish(`homie/5/${THERMOSTAT}/climate/target/set`, '30', { retain: true, qos: 1 })
  await closed(person)
  expect(await room.broker.retained('homie/5/#')).toEqual([])
})

test('a device that has gone mad cannot fill the disk with topics', async () => {
  await using room = await openBrokerRoom()
  const panel = await room.connect({ clientId: PANEL, username: 'x', password: await room.deviceToken(PANEL) })
  panel.on('error', () => {})
  const keep = (n: number) => panel.publishAsync(`homie/5/${PANEL}/zone-${n}/open`, 'false', { retain: true, qos: 1 })
  for (let n = 0; n < 500; n++) await keep(n)
  expect(panel.connected).toBe(true)
  void keep(500).catch(() => {})
  await closed(panel)
  await until(async () => (await room.broker.retained('homie/5/#')).length === 500, 'five hundred and no more')
  // What it has, it may still change, also after a restart of the hub; a topic that it clears makes room.
  await room.restart()
  const back = await room.connect({ clientId: PANEL, username: 'x', password: await room.deviceToken(PANEL) })
  await back.publishAsync(`homie/5/${PANEL}/zone-7/open`, 'true', { retain: true, qos: 1 })
  await back.publishAsync(`homie/5/${PANEL}/zone-8/open`, '', { retain: true, qos: 1 })
  await back.publishAsync(`homie/5/${PANEL}/zone-999/open`, 'true', { retain: true, qos: 1 })
  await back.publishAsync(`homie/5/${PANEL}/panel/event`, '{}', { qos: 1 })
  expect(back.connected).toBe(true)
})

test('a command for a device that is away is not kept for it', async () => {
  await using room = await openBrokerRoom()
  const password = await room.deviceToken(THERMOSTAT)
  const filter = `homie/5/${THERMOSTAT}/+/+/set`
  const device = await room.connect({ clientId: THERMOSTAT, username: 'x', password, clean: false })
  await device.subscribeAsync(filter, { qos: 1 })
  device.end(true)
  await closed(device)
  const person = await room.connect({ clientId: 'x', username: 'x', password: await room.personToken() })
  await person.publishAsync(`homie/5/${THERMOSTAT}/climate/target/set`, '30', { qos: 1 })
  const back = await room.connect({ clientId: THERMOSTAT, username: 'x', password, clean: false })
  const heard = hearing(back)
  await back.subscribeAsync(filter, { qos: 1 })
  await person.publishAsync(`homie/5/${THERMOSTAT}/climate/target/set`, '21', { qos: 1 })
  await until(() => heard.length > 0, 'the second command')
  expect(heard.map(({ payload }) => payload)).toEqual(['21'])
})

test('a will for a foreign topic is refused at CONNECT', async () => {
  await using room = await openBrokerRoom()
  const password = await room.deviceToken(THERMOSTAT)
  const will = {
    topic: 'homie/5/security-k3f9ab/panel/state',
    payload: Buffer.from('disarmed'),
    qos: 1,
    retain: true,
  } as const
  await expect(room.connect({ clientId: THERMOSTAT, username: 'x', password, will })).rejects.toMatchObject({ code: 5 })
})

test('nobody leaves a command behind for when their connection breaks', async () => {
  await using room = await openBrokerRoom()
  const topic = `homie/5/${PANEL}/panel/command/set`
  const will = { topic, payload: Buffer.from('{"action":"TRIGGER"}'), qos: 1, retain: false } as const
  const password = await room.personToken()
  await expect(room.connect({ clientId: 'x', username: 'x', password, will })).rejects.toMatchObject({ code: 5 })
})

test('the connection ends with its token, and the last will is published all the same', async () => {
  await using room = await openBrokerRoom()
  const state = `homie/5/${THERMOSTAT}/$state`
  const will = { topic: state, payload: Buffer.from('lost'), qos: 1, retain: true } as const
  const device = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
    will,
  })
  await device.publishAsync(state, 'ready', { qos: 1, retain: true })
  await room.clock.advance(minutes(9))
  expect(device.connected).toBe(true)
  await room.clock.advance(minutes(2))
  await closed(device)
  await until(async () => (await room.broker.retained(state))[0]?.payload.toString() === 'lost', 'lost')
})

test('revoking a grant ends its connections at once, and the token that is left opens nothing', async () => {
  await using room = await openBrokerRoom()
  const password = await room.deviceToken(THERMOSTAT, { grant_id: 'g-2' })
  const device = await room.connect({ clientId: THERMOSTAT, username: 'x', password })
  const other = await room.connect({ clientId: PANEL, username: 'x', password: await room.deviceToken(PANEL) })
  room.revoked.add('g-2')
  room.broker.endGrant('g-2')
  await closed(device)
  expect(other.connected).toBe(true)
  await expect(room.connect({ clientId: THERMOSTAT, username: 'x', password })).rejects.toMatchObject({ code: 5 })
})

test('a new token replaces the old one on the connection; a bad or foreign one ends it', async () => {
  await using room = await openBrokerRoom()
  const heard: string[] = []
  await room.broker.subscribe('$latchkey/#', ({ payload }) => heard.push(payload.toString()))
  const connectDevice = async () =>
    room.connect({ clientId: THERMOSTAT, username: 'x', password: await room.deviceToken(THERMOSTAT) })
  const device = await connectDevice()
  await room.clock.advance(minutes(9))
  await device.publishAsync('$latchkey/authz', await room.deviceToken(THERMOSTAT), { qos: 1 })
  await room.clock.advance(minutes(9))
  expect(device.connected).toBe(true)
  // Nobody, not even inside the hub, gets to see a token.
  expect(heard).toEqual([''])

  for (const bad of ['nonsense', await room.deviceToken(PANEL), await room.personToken()]) {
    const client = await connectDevice()
    client.on('error', () => {})
    client.publish('$latchkey/authz', bad, { qos: 1 })
    await closed(client)
  }
})

test('kept messages survive a restart; a device that has not come back by then is lost', async () => {
  await using room = await openBrokerRoom()
  const device = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
  })
  await device.publishAsync(`homie/5/${THERMOSTAT}/climate/target`, '21', { qos: 1, retain: true })
  await device.publishAsync(`homie/5/${THERMOSTAT}/$state`, 'ready', { qos: 1, retain: true })
  await room.restart()
  const kept = Object.fromEntries(
    (await room.broker.retained('homie/5/#')).map(({ topic, payload }) => [topic, payload.toString()]),
  )
  expect(kept).toEqual({ [`homie/5/${THERMOSTAT}/climate/target`]: '21', [`homie/5/${THERMOSTAT}/$state`]: 'lost' })
})

test('a device that comes back over a broken connection is not declared lost after it said ready', async () => {
  await using room = await openBrokerRoom()
  const state = `homie/5/${THERMOSTAT}/$state`
  const will = { topic: state, payload: Buffer.from('lost'), qos: 1, retain: true } as const
  const states: string[] = []
  await room.broker.subscribe(state, ({ payload }) => states.push(payload.toString()))
  for (let round = 0; round < 5; round++) {
    const device = await room.connect({
      clientId: THERMOSTAT,
      username: 'x',
      password: await room.deviceToken(THERMOSTAT),
      will,
    })
    await device.publishAsync(state, 'ready', { qos: 1, retain: true })
  }
  await room.clock.advance(seconds(1))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(states.at(-1)).toBe('ready')
  expect((await room.broker.retained(state))[0]?.payload.toString()).toBe('ready')
})

test('kept and momentary messages leave in the order they came, and none is lost', async () => {
  await using room = await openBrokerRoom()
  const person = await room.connect({ clientId: 'x', username: 'x', password: await room.personToken() })
  const heard = hearing(person)
  await person.subscribeAsync('homie/5/#', { qos: 1 })
  const device = await room.connect({ clientId: PANEL, username: 'x', password: await room.deviceToken(PANEL) })
  const sent: string[] = []
  for (let n = 0; n < 200; n++) {
    const kept = n % 2 === 0
    device.publish(`homie/5/${PANEL}/panel/${kept ? 'state' : 'event'}`, String(n), { qos: kept ? 1 : 0, retain: kept })
    sent.push(String(n))
  }
  await until(() => heard.length >= 200, 'all of them')
  // MQTT 3.1.1 §4.6 promises the order within one QoS.
  const inOrder = (messages: readonly string[], rest: number) => messages.filter((n) => Number(n) % 2 === rest)
  const payloads = heard.map(({ payload }) => payload)
  expect(inOrder(payloads, 0)).toEqual(inOrder(sent, 0))
  expect(inOrder(payloads, 1)).toEqual(inOrder(sent, 1))
})
