// What one connection may ask of the broker.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { Persistence } from '../../../hub/broker/retained.ts'
import { until } from '../../home.ts'
import { makeAppPassword, openHubRoom } from '../hub-room.ts'
import { closed } from './broker-room.ts'

const filters = (count: number) => Array.from({ length: count }, (_, n) => `homie/5/+/node-${n}/+`)

test('a hundred filters are heard; one with thousands is put out, and the hub answers meanwhile', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const modest = await room.connect(password)
  await modest.subscribeAsync(filters(100))
  const greedy = await room.connect(password, { clean: false, clientId: 'greedy' })
  greedy.on('error', () => {})
  const begun = performance.now()
  greedy.subscribe(filters(2000), () => {})
  await closed(greedy)
  const health = await fetch(new URL('/healthz', room.hub.publicUrl))
  expect(health.status).toBe(200)
  // Far from the minute that it once took: a hang is not a matter of a slow machine.
  expect(performance.now() - begun).toBeLessThan(15_000)
  expect(modest.connected).toBe(true)
})

test('a thousand topics that are named are heard, as Home Assistant names them; one more is too many', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const client = await room.connect(password)
  client.on('error', () => {})
  const topics = Array.from({ length: 1_000 }, (_, n) => `homie/5/security-k3f9ab/zone-${n}/open`)
  // In packets that fit; the same ones again are no more than before.
  for (let at = 0; at < topics.length; at += 250) await client.subscribeAsync(topics.slice(at, at + 250))
  await client.subscribeAsync(topics.slice(0, 250))
  expect(client.connected).toBe(true)
  client.subscribe('homie/5/security-k3f9ab/zone-1000/open', () => {})
  await closed(client)
})

test('filters that were left count no more', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const client = await room.connect(password)
  for (let round = 0; round < 3; round++) {
    await client.subscribeAsync(filters(60))
    await client.unsubscribeAsync(filters(60))
  }
  expect(client.connected).toBe(true)
})

test('nothing is queued for a program that is away, whatever it asked for', async () => {
  await using room = await openHubRoom()
  const { password } = await makeAppPassword(room, 'home:read')
  const away = await room.connect(password, { clean: false, clientId: 'away' })
  await away.subscribeAsync('homie/5/#', { qos: 1 })
  away.end(true)
  await closed(away)
  await room.hub.publish({ topic: 'homie/5/thermostat-k3f9ab/climate/current', payload: 'SECRET-21.5', qos: 1 })
  const back = await room.connect(password, { clean: false, clientId: 'away' })
  const heard: string[] = []
  back.on('message', (_topic, payload) => heard.push(payload.toString()))
  await back.subscribeAsync('homie/5/#', { qos: 1 })
  await room.hub.publish({ topic: 'homie/5/thermostat-k3f9ab/climate/current', payload: '22', qos: 1 })
  await until(() => heard.includes('22'), 'the second message')
  expect(heard).toEqual(['22'])
  expect(room.disk().includes('SECRET-21.5')).toBe(false)
})

test('a code in a command of QoS 2 is never on the disk, and the command arrives once', async () => {
  await using room = await openHubRoom()
  const owner = await room.connect(await room.accessToken())
  const payload = '{"action":"DISARM","code":"74656573"}'
  const topic = 'homie/5/security-k3f9ab/panel/command/set'
  await owner.publishAsync(topic, payload, { qos: 2 })
  await until(() => room.accepted.some((message) => message.topic === topic), 'the command')
  expect(room.accepted.filter((message) => message.topic === topic)).toHaveLength(1)
  expect(room.disk().includes('74656573')).toBe(false)
})

test('a message of QoS 2 that comes again before its end is one message', async () => {
  await using room = await openHubRoom()
  const owner = await room.connect(await room.accessToken())
  const topic = 'homie/5/thermostat-k3f9ab/climate/target/set'
  const message = { cmd: 'publish', topic, payload: '21', qos: 2, retain: false, messageId: 9 } as const
  const received = new Promise<void>((resolve) => {
    owner.on('packetreceive', ({ cmd }) => cmd === 'pubrec' && resolve())
  })
  owner.stream.write(generate({ ...message, dup: false }))
  // A client sends again what it got no answer to (MQTT 3.1.1 §4.4): here the answer was lost.
  await received
  owner.stream.write(generate({ ...message, dup: true }))
  owner.stream.write(generate({ cmd: 'pubrel', messageId: 9 }))
  await owner.publishAsync(topic, '22', { qos: 1 })
  const accepted = () => room.accepted.filter((one) => one.topic === topic).map(({ payload }) => payload.toString())
  await until(() => accepted().includes('22'), 'the second command')
  expect(accepted()).toEqual(['21', '22'])
})

test('sessions that an earlier version kept are gone from the disk; what is retained stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const level = new ClassicLevel(folder)
  try {
    const kept = ['retained:homie/5/a/$state', 'will:a']
    const gone = ['incoming:a:1', 'outgoing-id:a:1', 'outgoing:a:1', 'subscriptions:a:homie/5/#']
    for (const key of [...kept, ...gone]) await level.put(key, '')
    await new Persistence(level).setup({ id: 'broker' })
    expect(await level.keys().all()).toEqual(kept)
  } finally {
    await level.close()
    rmSync(folder, { recursive: true })
  }
})
