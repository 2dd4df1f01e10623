// The story of a home in one process: paired by a person, in step over MQTT.
import { expect, test } from 'vitest'
import { pairAll, startTestHome, until } from '../home.ts'
import { watch } from '../watcher.ts'

test('three devices are paired, seen and controlled, and keep in step with each other', async () => {
  await using test = await startTestHome()
  const { home } = test
  const id = await pairAll(test)
  const port = home.hub.mqttPort ?? 0
  await using phone = await watch({ port, token: await test.accessToken() })
  const [thermostat, toaster, panel] = [`homie/5/${id.thermostat}`, `homie/5/${id.toaster}`, `homie/5/${id.security}`]

  await phone.has(`${thermostat}/$state`, 'ready')
  await phone.has(`${thermostat}/$description`, /"type":"thermostat"/)
  await phone.has(`${thermostat}/climate/current`, /^1[78]/)
  await phone.send(`${thermostat}/climate/target/set`, '21.5')
  await phone.has(`${thermostat}/climate/target`, '21.5')

  // A setting that makes no sense changes nothing and is answered.
  await phone.send(`${thermostat}/climate/target/set`, 'warm')
  await phone.has(`${thermostat}/ack/last`, /"code":"invalid"/)
  await phone.has(`${thermostat}/climate/target`, '21.5')

  await phone.has(`${toaster}/cycle/remote-start`, 'true')
  await phone.send(`${toaster}/cycle/browning/set`, '2')
  await phone.send(`${toaster}/cycle/start/set`, 'true')
  await phone.has(`${toaster}/cycle/state`, 'heating')
  expect(home.toaster.heating).toBe(true)

  // Out of the house: the thermostat goes along.
  await phone.send(`${thermostat}/climate/preset/set`, 'comfort')
  await phone.has(`${thermostat}/climate/preset`, 'comfort')
  await phone.send(`${panel}/panel/command/set`, JSON.stringify({ action: 'ARM_AWAY', id: 'c-1' }))
  await phone.has(`${panel}/ack/last`, /"id":"c-1".*"ok":true/)
  await phone.has(`${panel}/panel/state`, 'arming')
  home.panel.openZone('front-door')
  home.panel.closeZone('front-door')
  await phone.has(`${panel}/panel/state`, 'armed_away')
  await phone.has(`${thermostat}/climate/preset`, 'away')

  // Somebody breaks in: the toaster stops by itself.
  home.panel.openZone('kitchen-window')
  await phone.has(`${panel}/panel/state`, 'triggered')
  expect(home.panel.siren).toBe(true)
  await until(() => !home.toaster.heating, 'the toaster to stop')

  await phone.send(`${panel}/panel/command/set`, JSON.stringify({ action: 'DISARM', code: '00000', id: 'c-2' }))
  await phone.has(`${panel}/ack/last`, /"id":"c-2".*"code":"code_refused"/)
  await phone.send(`${panel}/panel/command/set`, JSON.stringify({ action: 'DISARM', code: home.code, id: 'c-3' }))
  await phone.has(`${panel}/panel/state`, 'disarmed')
  expect(home.panel.siren).toBe(false)
  await phone.has(`${thermostat}/climate/preset`, 'comfort')

  // A command holds a code: nobody but the panel is ever told one.
  expect(phone.log.filter(({ topic }) => topic.endsWith('/set'))).toEqual([])
  expect(JSON.stringify(phone.log)).not.toContain(home.code)
})
