import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { AdmissionError } from '../../../hub/authorization/access-token.ts'
import { admitAppPasswords } from '../../../hub/broker/admission.ts'
import { startBroker } from '../../../hub/broker/broker.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { until } from '../../home.ts'
import { quiet } from '../../quiet.ts'
import { closed } from './broker-room.ts'

test('an app password that is revoked between its admission and its entry does not stay connected', async () => {
  await using after = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  after.defer(() => rmSync(folder, { recursive: true }))
  let admitted = 0
  const admission = admitAppPasswords(
    () => {
      admitted += 1
      // Queued ahead of the turn in which aedes lets the client in.
      setImmediate(() => broker.endGrant('app-1'))
      return { id: 'app-1', accountId: 'robin', role: 'owner', scopes: ['home:read'] }
    },
    { admit: () => Promise.reject(new AdmissionError('malformed', 'it is no token')) },
  )
  const broker = after.use(
    await startBroker({
      folder,
      admission,
      publicUrl: new URL('http://localhost'),
      clock: new VirtualClock(),
      log: quiet,
    }),
  )
  const server = createServer((socket) => broker.handle(socket, 'loopback'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after.defer(() => void server.close())
  const client = mqtt.connect(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    ...{ protocolVersion: 4, reconnectPeriod: 0, username: 'x', password: 'latchkey_x' },
  })
  client.on('error', () => {})
  await until(() => admitted === 1, 'it to be admitted')
  await closed(client)
  expect(client.connected).toBe(false)
  expect(broker.connections()).toEqual([])
})
