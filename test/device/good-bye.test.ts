import { expect, test } from 'vitest'
import { startTestHome } from '../home.ts'
import { watch } from '../watcher.ts'

test('a device that is told to stop is shown as disconnected, and not as lost', async () => {
  await using test = await startTestHome()
  const id = await test.pair('thermostat')
  await using phone = await watch({ port: test.home.hub.mqttPort ?? 0, token: await test.accessToken() })
  await phone.has(`homie/5/${id}/$state`, 'ready')
  const said: string[] = []
  phone.client.on('message', (topic, payload, { retain }) => {
    // What was kept is read from disk, and may come after the news of the same.
    if (topic === `homie/5/${id}/$state` && !retain) said.push(payload.toString())
  })
  await test.home.agents.thermostat[Symbol.asyncDispose]()
  await phone.has(`homie/5/${id}/$state`, 'disconnected')
  // What the broker says of a connection that broke comes at once; a message of ours that came after it is heard after it.
  await test.home.hub.publish({ topic: 'homie/5/$broadcast/mark', payload: 'now' })
  await phone.has('homie/5/$broadcast/mark', 'now')
  expect(said).toEqual(['disconnected'])
})
