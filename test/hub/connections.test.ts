// One address does not take the places of all others, whichever way it comes.
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { connect, type Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test } from 'vitest'
import { LIMITS } from '../../hub/broker/limits.ts'
import { createPlaces } from '../../hub/connections.ts'
import { startHub } from '../../hub/hub.ts'
import { until } from '../home.ts'

test('an address has so many places, and who leaves one can take another', () => {
  const places = createPlaces(2)
  expect([1, 2, 3].map(() => places.take('192.0.2.7'))).toEqual([true, true, false])
  expect(places.take('192.0.2.8')).toBe(true)
  places.leave('192.0.2.7')
  expect([1, 2].map(() => places.take('::ffff:192.0.2.7'))).toEqual([true, false])
})

test('a network of IPv6 is one address', () => {
  const places = createPlaces(2)
  const taken = ['2001:db8:1:2::7', '2001:db8:1:2::8', '2001:db8:1:2:a::9', '2001:db8:1:3::7']
  expect(taken.map((address) => places.take(address))).toEqual([true, true, false, true])
})

test.for(['127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1'])('%s has as many as it wants', (address) => {
  const places = createPlaces(1)
  expect([1, 2, 3].map(() => places.take(address))).toEqual([true, true, true])
})

const lan = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

/** Whether a hub answers there, whoever signed its certificate. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    get({ host: lan, port, path: '/healthz', rejectUnauthorized: false, agent: false }, (response) => {
      response.resume().once('end', () => resolve(true))
    }).once('error', () => resolve(false))
  })

test.skipIf(lan === undefined)('who connects without end is refused at each listener, and told of once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const refusals: string[] = []
  const hear = (line: string) => {
    const { msg, listener } = JSON.parse(line)
    if (msg.startsWith('connections refused')) refusals.push(listener)
  }
  const anywhere = { host: '0.0.0.0', port: 0 }
  const sockets: Socket[] = []
  const open = (port: number, host = lan) =>
    new Promise<Socket>((resolve) => {
      const socket = connect({ port, host }, () => resolve(socket))
      sockets.push(socket)
      socket.on('error', () => {})
    })
  {
    await using hub = await startHub({
      ...{ folder: join(folder, 'hub'), log: pino({ level: 'warn' }, { write: hear }), mdns: false },
      ...{ tls: { type: 'auto', trust: anywhere }, publicUrl: undefined },
      ...{ http: anywhere, mqtt: anywhere, mqtts: anywhere },
    })
    const { httpPort, mqttPort = 0, mqttsPort = 0, trust } = hub
    for (const port of [httpPort, mqttPort, mqttsPort, Number(trust?.page?.port)]) {
      await Promise.all(Array.from({ length: LIMITS.connectionsPerAddress + 5 }, () => open(port)))
      await until(() => sockets.filter((socket) => socket.closed).length >= 5, 'the refusals')
      expect((await open(port, '127.0.0.1')).closed).toBe(false)
      for (const socket of sockets.splice(0)) socket.destroy()
    }
    expect(refusals).toEqual(['http', 'mqtt', 'mqtts', 'trust'])
    await until(() => answers(httpPort), 'a place that was left')
  }
  rmSync(folder, { recursive: true })
})
