// The story of an app password at the broker of a real hub: a program that cannot refresh comes in, does what it may, and is put out.
import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { until } from '../../home.ts'
import { type HubRoom, makeAppPassword, openHubRoom } from '../hub-room.ts'
import { closed, hearing } from './broker-room.ts'

const THERMOSTAT = 'homie/5/thermostat-k3f9ab'
const TARGET_SET = `${THERMOSTAT}/climate/target/set`
/** What the broker took of this one. The broker acknowledges before it passes on, but what the hub says comes after all of that. */
const takenFrom = async (room: HubRoom, id: string) => {
  await room.hub.publish({ topic: 'homie/5/$broadcast/fence', payload: '' })
  return room.accepted.filter(({ from }) => from === id)
}
const DOCUMENT = 'homeassistant/climate/thermostat-k3f9ab/climate/config'

test('Home Assistant connects, finds the documents, sees states, gives commands and says that it has come', async () => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'home:read', 'climate:control')
  const client = await room.connect(password, { clientId: 'home-assistant' })
  const heard = hearing(client)
  await room.hub.publish({ topic: `${THERMOSTAT}/climate/current`, payload: '20.5', retain: true })
  await room.hub.publish({ topic: DOCUMENT, payload: '{"name":"x"}', retain: true })
  const granted = await client.subscribeAsync(['homeassistant/+/+/+/config', 'homie/5/#'], { qos: 1 })
  expect(granted.map(({ qos }) => qos)).toEqual([1, 1])
  await until(() => heard.length >= 2, 'the document and the state')
  expect(heard).toEqual(
    expect.arrayContaining([
      { topic: DOCUMENT, payload: '{"name":"x"}', retain: true },
      { topic: `${THERMOSTAT}/climate/current`, payload: '20.5', retain: true },
    ]),
  )
  await client.publishAsync('homeassistant/status', 'online', { qos: 1 })
  await client.publishAsync(TARGET_SET, '21.5', { qos: 1 })
  expect(await takenFrom(room, id)).toMatchObject([
    { topic: 'homeassistant/status', payload: 'online' },
    { topic: TARGET_SET, payload: '21.5' },
  ])
  // A command is for the device alone, also when it was one's own.
  expect(heard.filter(({ topic }) => topic.endsWith('/set'))).toEqual([])
})

test.for([
  ['a command of another kind', 'homie/5/toaster-k3f9ab/cycle/start/set', false],
  ['a kept command', TARGET_SET, true],
  ['a state, as if it were the device', `${THERMOSTAT}/climate/current`, true],
  ['a discovery document', DOCUMENT, true],
  ['a topic of the broker', '$SYS/x', false],
] as const)('is put out for publishing %s, and nobody hears it', async ([, topic, retain]) => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'home:read', 'climate:control')
  const client = await room.connect(password)
  client.on('error', () => {})
  client.publish(topic, 'x', { qos: 1, retain })
  await closed(client)
  expect(await takenFrom(room, id)).toEqual([])
  // It may come back: what it did was wrong, and it is still who it is.
  await room.connect(password)
})

test.for(['#', '$SYS/#', '$latchkey/#', 'tasmota/discovery/#', '$share/g/homie/5/#'])(
  'subscribing to %s is answered with no (128), and the connection stays',
  async (filter) => {
    await using room = await openHubRoom()
    const client = await room.connect((await makeAppPassword(room, 'home:read')).password)
    const refusal = await client.subscribeAsync(filter).catch((error: { packet?: { granted: number[] } }) => error)
    expect(refusal).toMatchObject({ packet: { granted: [128] } })
    expect(client.connected).toBe(true)
  },
)

test('one without home:read sees and says nothing that needs it', async () => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'climate:control')
  const client = await room.connect(password)
  for (const filter of ['homie/5/#', 'homeassistant/#']) {
    await expect(client.subscribeAsync(filter)).rejects.toMatchObject({ packet: { granted: [128] } })
  }
  await client.publishAsync(TARGET_SET, '21.5', { qos: 1 })
  client.on('error', () => {})
  client.publish('homeassistant/status', 'online', { qos: 1 })
  await closed(client)
  expect((await takenFrom(room, id)).map(({ topic }) => topic)).toEqual([TARGET_SET])
})

test('is no device, whatever it calls itself, and throws nobody out', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const other = await makeAppPassword(room, 'home:read')
  const clients = [
    await room.connect(password, { clientId: 'thermostat-k3f9ab' }),
    await room.connect(other.password, { clientId: 'thermostat-k3f9ab' }),
    await room.connect(await room.accessToken(), { clientId: 'thermostat-k3f9ab' }),
  ]
  const [client] = clients
  await expect(client?.subscribeAsync(`${THERMOSTAT}/+/+/set`, { qos: 1 })).resolves.toBeDefined()
  const heard = client === undefined ? [] : hearing(client)
  await room.hub.publish({ topic: TARGET_SET, payload: '1' })
  await room.hub.publish({ topic: `${THERMOSTAT}/x/y/set`, payload: '1' })
  await expect(client?.subscribeAsync('homie/5/#', { qos: 1 })).resolves.toBeDefined()
  await room.hub.publish({ topic: `${THERMOSTAT}/climate/current`, payload: '20' })
  await until(() => heard.length > 0, 'the state')
  expect(heard.map(({ topic }) => topic)).toEqual([`${THERMOSTAT}/climate/current`])
  expect(clients.map(({ connected }) => connected)).toEqual([true, true, true])
})

test('does not expire, and outlives a restart of the hub', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const before = await room.connect(password)
  await room.restart()
  expect(before.connected).toBe(false)
  const client = await room.connect(password)
  await expect(client.subscribeAsync('homie/5/#')).resolves.toBeDefined()
})

test('revoked, it is gone within a second, wherever it is connected, and opens nothing any more', async () => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'home:read')
  const other = await room.connect((await makeAppPassword(room, 'home:read')).password)
  const [tcp, second] = [await room.connect(password), await room.connect(password)]
  const token = await room.accessToken()
  const begun = performance.now()
  expect((await room.ask('DELETE', `/api/app-passwords/${id}`, token)).status).toBe(204)
  await Promise.all([closed(tcp), closed(second)])
  expect(performance.now() - begun).toBeLessThan(seconds(1))
  await expect(room.connect(password)).rejects.toMatchObject({ code: 5 })
  expect(other.connected).toBe(true)
  await room.restart()
  await expect(room.connect(password)).rejects.toMatchObject({ code: 5 })
})

test('one that is guessed, malformed or cut off is refused with CONNACK 5, by its own name in the log', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const last = password.endsWith('0') ? '1' : '0'
  const spoiled = [
    `latchkey_${'0'.repeat(64)}`,
    password.slice(0, -1),
    `${password}0`,
    `${password.slice(0, -1)}${last}`,
  ]
  for (const wrong of [...spoiled, 'latchkey_', `latchkey_${'x'.repeat(9_000)}`]) {
    await expect(room.connect(wrong)).rejects.toMatchObject({ code: 5 })
  }
  const refused = room.logged.filter((line) => line.includes('connection refused'))
  expect(refused).toHaveLength(6)
  for (const line of refused) expect(JSON.parse(line)).toMatchObject({ because: 'unknown_app_password' })
})

test('its text is in no log, in no file of the hub and in no message', async () => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'home:read', 'climate:control')
  const client = await room.connect(password)
  client.on('error', () => {})
  await client.subscribeAsync('homie/5/#')
  // Where tokens are replaced somebody may send it as well; and what is refused is logged.
  await client.publishAsync('$latchkey/authz', password, { qos: 1 })
  expect(client.connected).toBe(true)
  await room.ask('GET', '/api/devices', password)
  client.publish(`${THERMOSTAT}/climate/current`, password, { qos: 1 })
  await closed(client)
  await expect(room.connect(password.slice(0, -1))).rejects.toMatchObject({ code: 5 })
  const random = password.slice('latchkey_'.length, -1)
  const disk = room.disk()
  expect(disk.includes(id)).toBe(true)
  expect(disk.includes(random)).toBe(false)
  expect(disk.includes(Buffer.from(random, 'hex').subarray(0, 16))).toBe(false)
  expect(room.logged.some((line) => line.includes('refused'))).toBe(true)
  expect(room.logged.filter((line) => line.includes(random))).toEqual([])
  expect(JSON.stringify(room.accepted)).not.toContain(random)
})
