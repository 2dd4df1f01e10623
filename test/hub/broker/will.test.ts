import { expect, test } from 'vitest'
import { until } from '../../home.ts'
import { makeAppPassword, openHubRoom } from '../hub-room.ts'
import { closed } from './broker-room.ts'

test('Home Assistant leaves behind that it is gone, and nothing else', async () => {
  await using room = await openHubRoom()
  const { id, password } = await makeAppPassword(room, 'home:read', 'climate:control')
  const will = (topic: string) => ({ will: { topic, payload: Buffer.from('offline'), qos: 0, retain: false } }) as const
  const client = await room.connect(password, will('homeassistant/status'))
  client.on('error', () => {})
  client.stream.destroy()
  await closed(client)
  await until(
    () => room.accepted.some((m) => m.topic === 'homeassistant/status' && m.payload === 'offline'),
    'the will',
  )
  for (const topic of ['homie/5/thermostat-k3f9ab/climate/target/set', 'homeassistant/climate/x/config']) {
    await expect(room.connect(password, will(topic))).rejects.toMatchObject({ code: 5 })
  }
  const weak = await makeAppPassword(room, 'climate:control')
  await expect(room.connect(weak.password, will('homeassistant/status'))).rejects.toMatchObject({ code: 5 })
  await expect(room.connect(await room.accessToken(), will('homeassistant/status'))).rejects.toMatchObject({ code: 5 })
  // Put out, it is gone as well.
  const again = await room.connect(password, will('homeassistant/status'))
  const before = room.accepted.length
  await room.ask('DELETE', `/api/app-passwords/${id}`, await room.accessToken())
  await closed(again)
  await until(() => room.accepted.slice(before).some((m) => m.payload === 'offline'), 'the will')
})
