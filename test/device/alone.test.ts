// Devices whose hub is gone for hours: what they know, and what is heard of it afterwards.
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { type Home, startHome } from '../../simulator/home.ts'
import { until } from '../home.ts'
import { hearing } from '../hub/broker/broker-room.ts'

const watch = async (home: Home, filter: string) => {
  const password = await home.appPassword({ scopes: ['home:read'] })
  const client = await mqtt.connectAsync(home.mqttUrl.href, { password, username: 'test', reconnectPeriod: 0 })
  const heard = hearing(client)
  await client.subscribeAsync(filter)
  return { heard, [Symbol.asyncDispose]: () => client.endAsync(true) }
}

test('a panel tells afterwards what happened while nobody could hear it, in order', async () => {
  await using home = await startHome({ devices: ['security'] })
  const { security } = home
  await security.arm('ARM_AWAY')
  await home.advance('2m')
  await home.faults.hub.kill()

  security.hardware.openZone('front-door')
  await home.advance('5s')
  await security.hardware.type('00000#')
  await security.hardware.type(`${security.code}#`)
  await home.advance('1h')
  await home.faults.hub.start()
  await home.until(() => security.status.phase === 'online', { within: '5m' })
  await home.settle()

  const events = home.transcript.entries
    .filter(({ topic }) => topic === `homie/5/${security.id}/panel/event`)
    .map(({ payload }) => JSON.parse(payload) as { event_type: string; seq: number })
  expect(events.map(({ event_type }) => event_type)).toEqual(['armed', 'entry', 'wrong_code', 'disarmed'])
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
})

test('a room whose sensor fell silent while the hub was away is an alert when it comes back, until the sensor does', async () => {
  await using home = await startHome({ devices: ['thermostat'] })
  const { thermostat } = home
  const alert = `homie/5/${thermostat.id}/$alert/health`
  await home.faults.hub.kill()
  thermostat.hardware.failSensor({ type: 'silent' })
  await home.advance('30m')
  await home.faults.hub.start()
  await home.until(() => thermostat.status.phase === 'online', { within: '5m' })
  await home.settle()
  {
    await using watcher = await watch(home, `homie/5/${thermostat.id}/$alert/#`)
    await until(() => watcher.heard.length > 0, 'the alert')
    expect(watcher.heard).toEqual([{ topic: alert, payload: expect.stringContaining('silent'), retain: true }])
  }
  thermostat.hardware.failSensor(undefined)
  await home.advance('1m')
  await using watcher = await watch(home, `homie/5/${thermostat.id}/#`)
  await until(() => watcher.heard.some(({ topic }) => topic.endsWith('/climate/target')), 'what is retained')
  expect(watcher.heard.filter(({ topic }) => topic.includes('$alert'))).toEqual([])
})
