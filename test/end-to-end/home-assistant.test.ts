// Home Assistant's side of a real home: every entity of all three kinds, driven only through the topics its document names.
import { expect, test } from 'vitest'
import { readDescription } from '#contract/description.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { discoveryDocuments } from '../../hub/discovery/documents.ts'
import { pairAll, startTestHome, until } from '../home.ts'
import { type Document, type Entity, entityOf, faultsOf } from '../hub/discovery/consumer.ts'
import { watch } from '../watcher.ts'

test('every entity shows its state and obeys', { timeout: 60_000 }, async () => {
  await using home = await startTestHome()
  const ids = await pairAll(home)
  const { home: house } = home
  await using connection = await watch({ port: house.hub.mqttPort ?? 0, token: await home.accessToken() })
  const entities = new Map<string, Entity>()
  for (const [kind, id] of Object.entries(ids)) {
    await connection.has(`homie/5/${id}/$state`, 'ready')
    // From the description that the device itself published, as the hub makes them.
    const description = readDescription(JSON.parse(connection.state.get(`homie/5/${id}/$description`) ?? '{}'))
    if (description === undefined) throw new Error(`${kind} described itself unreadably`)
    const device = parseDeviceId(id, 'the test')
    const documents = discoveryDocuments({
      device,
      ...description,
      publicUrl: house.hub.publicUrl,
      version: '0',
    }) as readonly Document[]
    expect(documents.flatMap(faultsOf)).toEqual([])
    for (const document of documents)
      entities.set(`${kind} ${document.topic.split('/')[3]}`, entityOf(document, connection))
  }
  const driven = new Set<string>()
  const entity = (name: string): Entity => {
    const found = entities.get(name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    driven.add(name)
    return found
  }
  const shows = (name: string, value: string, key?: string) =>
    until(
      () => entity(name).state(key) === value,
      `${name} ${key ?? ''} to show ${value}, shows ${entity(name).state(key)}`,
    )

  for (const { available } of entities.values()) expect(available()).toBe(true)

  const climate = entity('thermostat climate')
  await climate.command('temperature_command_topic', '22.5')
  await shows('thermostat climate', '22.5', 'temperature_state_topic')
  await climate.command('preset_mode_command_topic', 'eco')
  await shows('thermostat climate', 'eco', 'preset_mode_state_topic')
  // Home Assistant resets a preset with "None".
  await climate.command('preset_mode_command_topic', 'None')
  await shows('thermostat climate', 'none', 'preset_mode_state_topic')
  for (const mode of climate.payload.modes as readonly string[]) {
    await climate.command('mode_command_topic', mode)
    await shows('thermostat climate', mode, 'mode_state_topic')
  }
  await climate.command('temperature_high_command_topic', '27')
  await shows('thermostat climate', '27', 'temperature_high_state_topic')
  await climate.command('temperature_low_command_topic', '18')
  await shows('thermostat climate', '18', 'temperature_low_state_topic')
  expect(Number(climate.state('current_temperature_topic'))).toBeGreaterThan(10)
  expect(Number(climate.state('current_humidity_topic'))).toBeGreaterThan(10)
  expect(['off', 'idle', 'heating', 'cooling']).toContain(climate.state('action_topic'))
  await shows('thermostat status', 'ok')
  house.thermostat.openWindow(true)
  await shows('thermostat window', 'true')

  await shows('toaster remote-start', 'true')
  await entity('toaster program').command('command_topic', 'bagel')
  await shows('toaster program', 'bagel')
  await entity('toaster browning').command('command_topic', '1')
  await shows('toaster browning', '1')
  const press = (name: string) => entity(name).command('command_topic', String(entity(name).payload.payload_press))
  await press('toaster start')
  await shows('toaster state', 'heating')
  await until(() => Number(entity('toaster remaining').state()) > 0, 'seconds to go')
  await until(() => Number(entity('toaster progress').state()) > 0, 'progress')
  const before = Number(entity('toaster remaining').state())
  await press('toaster more')
  await until(() => Number(entity('toaster remaining').state()) > before + 20, 'more seconds')
  await press('toaster lift')
  await shows('toaster state', 'paused')
  await press('toaster cancel')
  await shows('toaster state', 'idle')
  const heard = () => JSON.parse(entity('toaster event').state() ?? '{}') as { event_type?: string }
  await until(() => heard().event_type === 'cancelled', 'the event')
  expect(entity('toaster event').payload.event_types).toContain('cancelled')

  await entity('security kitchen-window-bypass').command('command_topic', 'true')
  await shows('security kitchen-window-bypass', 'true')
  await entity('security kitchen-window-bypass').command('command_topic', 'false')
  await shows('security kitchen-window-bypass', 'false')
  for (const zone of ['front-door', 'back-door', 'kitchen-window', 'hall-motion']) {
    house.panel.openZone(zone)
    await shows(`security ${zone}`, 'true')
    house.panel.closeZone(zone)
    await shows(`security ${zone}`, 'false')
    await shows(`security ${zone}-bypass`, 'false')
  }
  const panel = entity('security panel')
  const order = (action: string, code = '') => panel.command('command_topic', '', { action, code })
  await order('ARM_HOME')
  await shows('security panel', 'armed_home')
  house.panel.openZone('back-door')
  await shows('security panel', 'triggered')
  await shows('security siren', 'true')
  const events = entity('security event')
  await until(
    () => (JSON.parse(events.state() ?? '{}') as { event_type?: string }).event_type === 'triggered',
    'the event',
  )
  expect(panel.payload.code).toBe('REMOTE_CODE')
  await order('DISARM', '00000')
  await shows('security panel', 'triggered')
  await order('DISARM', house.code)
  await shows('security panel', 'disarmed')
  await shows('security siren', 'false')
  house.panel.tamper(true)
  await shows('security tamper', 'true')

  expect([...entities.keys()].filter((name) => !driven.has(name))).toEqual([])
  await house.agents.toaster[Symbol.asyncDispose]()
  await until(() => !entity('toaster state').available(), 'the toaster to be unavailable')
})
