// The mock hub's broker, as somebody's device meets it (mqtt.js, which nobody here wrote), and the product's own agent through a storm.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type mqtt from 'mqtt'
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { startAgent } from '../../device/agent.ts'
import type { Status } from '../../device/status.ts'
import { openThermostat } from '../../simulator/board.ts'
import { type MockHub, startHub } from '../../simulator/mock-hub.ts'
import { until } from '../home.ts'
import { quiet } from '../quiet.ts'
import { connectDevice, pairDevice } from './mock-hub-client.ts'

const closed = (connection: mqtt.MqttClient) =>
  new Promise<void>((resolve) => connection.once('close', () => resolve()))
const payloads = (hub: MockHub, topic: string) =>
  hub.broker.messages.filter((message) => message.topic === topic).map(({ payload }) => payload)

/** A paired device that is connected, and one of its topics. */
async function startDevice(hub: MockHub, options: mqtt.IClientOptions = {}) {
  const device = await pairDevice(hub)
  const connection = await connectDevice(hub.mqttUrl, device, options)
  return { ...device, connection, topic: `homie/5/${device.id}/climate/target` }
}

describe.concurrent('the broker of a mock hub', () => {
  test('hears what a device publishes, and tells it what the hub says', async () => {
    await using hub = await startHub()
    const { id, connection, topic } = await startDevice(hub)
    await using _ = connection
    expect(hub.broker.clients).toEqual([id])
    await connection.publishAsync(topic, '20', { retain: true })
    const first = await hub.broker.message('homie/5/+/climate/target')
    expect(first).toMatchObject({ from: id, topic, payload: '20', retain: true })
    const warmer = hub.broker.message('homie/5/#', { payload: /^2[1-9]$/, after: first })
    await connection.publishAsync(topic, '20.5')
    expect(await hub.broker.message(topic, { after: first })).toMatchObject({ payload: '20.5' })
    await connection.publishAsync(topic, '21')
    expect(await warmer).toMatchObject({ topic, payload: '21', retain: false })
    await expect(hub.broker.message(topic, { payload: '30', within: '50ms' })).rejects.toThrow(
      `Cannot go on as a message for ${topic} of 30 must come: it waited 50ms`,
    )

    await connection.subscribeAsync(`homie/5/${id}/+/+/set`)
    const told = new Promise((resolve) => connection.once('message', (at, payload) => resolve(`${at} ${payload}`)))
    await hub.broker.publish(`${topic}/set`, '22.5')
    expect(await told).toBe(`${topic}/set 22.5`)
    expect(await hub.broker.message(`${topic}/set`)).toMatchObject({ from: undefined, payload: '22.5' })
  })

  test.for([
    { how: 'gone', error: { message: "Couldn't connect to server" } },
    { how: 3, error: { code: 3, message: 'Connection refused: Server unavailable' } },
    { how: 5, error: { code: 5, message: 'Connection refused: Not authorized' } },
  ] as const)(
    'that refuses ($how) ends the connections and lets nobody in, until it accepts',
    async ({ how, error }) => {
      await using hub = await startHub()
      const { connection, ...device } = await startDevice(hub)
      await using _ = connection
      const ended = closed(connection)
      hub.broker.refuse(how)
      await ended
      await expect(connectDevice(hub.mqttUrl, device)).rejects.toMatchObject(error)
      await expect(connectDevice(hub.webSocketUrl, device)).rejects.toMatchObject(how === 'gone' ? {} : error)
      expect(hub.broker.clients).toEqual([])
      hub.broker.accept()
      await using again = await connectDevice(hub.mqttUrl, device)
      await using overWebSocket = await connectDevice(hub.webSocketUrl, await pairDevice(hub))
      expect([again.connected, overWebSocket.connected]).toEqual([true, true])
    },
  )

  test('that is gone closes a connection before anything was said', async () => {
    await using hub = await startHub({ broker: { refuse: 'gone' } })
    const socket = connect(Number(hub.mqttUrl.port), '127.0.0.1')
    const from = performance.now()
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    expect(socket.bytesRead).toBe(0)
    // Sooner than the broker loses patience with those who say nothing.
    expect(performance.now() - from).toBeLessThan(3000)
  })

  test('refuses from the start where it is told to', async () => {
    await using hub = await startHub({ broker: { refuse: 3 } })
    await expect(startDevice(hub)).rejects.toMatchObject({ code: 3 })
  })

  test.for([
    { how: { drop: 1 }, arrives: ['last'] },
    { how: { double: 1 }, arrives: ['1', '1', '2', '2', '3', '3', 'last'] },
    { how: { reorder: 1 }, arrives: ['2', '1', 'last'] },
    { how: { drop: 1, topic: 'homie/5/other' }, arrives: ['1', '2', '3', 'last'] },
    { how: { drop: 1, way: 'from_broker' }, arrives: ['1', '2', '3', 'last'] },
    { how: { drop: 1, way: 'to_broker' }, arrives: ['last'] },
  ] as const)('of the messages 1, 2 and 3, $how lets $arrives arrive', async ({ how, arrives }) => {
    await using hub = await startHub()
    const { connection, topic } = await startDevice(hub)
    await using _ = connection
    hub.broker.disturb(how)
    for (const payload of ['1', '2', '3']) await connection.publishAsync(topic, payload)
    // A ping is answered after everything that came before it.
    await pinged(connection)
    hub.broker.disturb(undefined)
    await connection.publishAsync(topic, 'last')
    await hub.broker.message(topic, { payload: 'last' })
    expect(payloads(hub, topic).filter((payload) => payload !== '3' || !('reorder' in how))).toEqual(arrives)
  })

  test('the same seed loses the same messages', async () => {
    const lost = async (seed: number) => {
      await using hub = await startHub({ seed, broker: { disturb: { drop: 0.5, way: 'to_broker' } } })
      const { connection, topic } = await startDevice(hub)
      await using _ = connection
      for (let count = 0; count < 40; count++) await connection.publishAsync(topic, String(count))
      await pinged(connection)
      hub.broker.disturb({ drop: 0 })
      await connection.publishAsync(topic, 'last')
      await hub.broker.message(topic, { payload: 'last' })
      return payloads(hub, topic)
    }
    const [first, again, other] = await Promise.all([lost(1), lost(1), lost(2)])
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(first.length).toBeGreaterThan(8)
    expect(first.length).toBeLessThan(34)
  })

  test('a delayed message comes late, and its acknowledgement only then', async () => {
    await using hub = await startHub()
    const { connection, topic } = await startDevice(hub)
    await using _ = connection
    hub.broker.disturb({ delay: '300ms' })
    const from = performance.now()
    await connection.publishAsync(topic, '20', { qos: 1 })
    expect(performance.now() - from).toBeGreaterThanOrEqual(299)
    hub.broker.disturb(undefined)
    const then = performance.now()
    await connection.publishAsync(topic, '21', { qos: 1 })
    expect(performance.now() - then).toBeLessThan(250)
  })

  test('a device that is disconnected finds its connection closed, and its last will is published', async () => {
    await using hub = await startHub()
    const device = await pairDevice(hub)
    const { id } = device
    const will = { topic: `homie/5/${id}/$state`, payload: Buffer.from('lost'), qos: 1, retain: true } as const
    await using connection = await connectDevice(hub.mqttUrl, device, { will })
    const ended = closed(connection)
    hub.broker.disconnect(id)
    await ended
    await hub.broker.message(`homie/5/${id}/$state`, { payload: 'lost' })
    await until(() => hub.broker.clients.length === 0, 'it to be gone')
    expect(() => hub.broker.disconnect(id)).toThrow(
      `Cannot disconnect ${id} as it must be connected: connected is nobody`,
    )
  })

  test('on a half-open connection nobody is told anything; the keep-alive notices', async () => {
    await using hub = await startHub()
    const { id, tokens, connection, topic } = await startDevice(hub, { keepalive: 1 })
    await using _ = connection
    const errors: string[] = []
    connection.on('error', ({ message }) => errors.push(message))
    const ended = closed(connection)
    await connection.publishAsync(topic, '20')
    await hub.broker.message(topic)
    hub.broker.halfOpen(id)
    const from = performance.now()
    await connection.publishAsync(topic, '21')
    // Nor does it hear that the broker is gone.
    hub.broker.refuse(3)
    await ended
    hub.broker.accept()
    expect(performance.now() - from).toBeGreaterThan(500)
    expect(errors).toEqual(['Keepalive timeout'])
    // The next connection is as good as any, and what the old one said is lost.
    await using again = await connectDevice(hub.mqttUrl, { id, tokens })
    await again.publishAsync(topic, '22', { qos: 1 })
    expect(payloads(hub, topic)).toEqual(['20', '22'])
  })

  test('a revoked device is thrown out', async () => {
    await using hub = await startHub()
    const { id, connection } = await startDevice(hub)
    await using _ = connection
    const ended = closed(connection)
    await hub.authorization.revoke(id)
    await ended
    expect(hub.broker.clients).toEqual([])
  })
})

const pinged = (connection: mqtt.MqttClient) =>
  new Promise<void>((resolve) => {
    connection.once('packetreceive', () => resolve())
    connection.sendPing()
  })

/** The machine's own clock, on which a second of waiting is a twentieth of one. */
const HURRY = 20
const hurried: Clock = {
  now: () => systemClock.now(),
  uptime: () => millis(systemClock.uptime() * HURRY),
  sleep: (length, signal) => systemClock.sleep(millis(length / HURRY), signal),
}

test.concurrent("the product's own agent gets in through a storm, and back after a connection that fell silent", async () => {
  await using hub = await startHub({ authorization: { pollInterval: '1s' } })
  hub.authorization.next({ endpoint: 'metadata' }, 503, 'malformed')
  hub.authorization.next({ endpoint: 'registration' }, 'reset')
  hub.authorization.next({ endpoint: 'device_authorization' }, 429)
  hub.authorization.next(503, 'malformed', 'authorization_pending', 'hang', 'slow_down', 'reset')
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const statuses: Status[] = []
    await using agent = await startAgent({
      ...{ product: openThermostat(hurried).product, name: 'Hall', issuer: hub.issuer, folder },
      ...{ clock: hurried, log: quiet, random: () => 0.1, onStatus: (status) => statuses.push(status) },
    })
    const { userCode, clientId } = await hub.authorization.code()
    await hub.approve(userCode)
    const ready = await hub.broker.message(`homie/5/${clientId}/$state`, { payload: 'ready' })
    expect(hub.authorization.planned).toBe(0)
    expect(statuses.filter(({ phase }) => phase === 'pairing')).toHaveLength(1)
    const polls = hub.authorization.requests.filter(({ grantType }) => grantType === 'device_code')
    expect(polls.map(({ status, error }) => error ?? status)).toEqual([
      ...[503, 200, 'authorization_pending', undefined, 'slow_down', undefined, 200],
    ])

    hub.broker.halfOpen(clientId)
    await hub.broker.message(`homie/5/${clientId}/$state`, { payload: 'ready', after: ready })
    await until(() => agent.status.phase === 'online', 'it to be back')
    expect(statuses.filter(({ phase }) => phase === 'offline').at(-1)).toBeDefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
