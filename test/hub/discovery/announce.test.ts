import { expect, test } from 'vitest'
import { describeDevice } from '#contract/description.ts'
import { startAnnouncements } from '../../../hub/discovery/announce.ts'
import { quiet } from '../../quiet.ts'
import { openBrokerRoom, THERMOSTAT } from '../broker/broker-room.ts'

const publicUrl = new URL('http://localhost:8080')
const description = (name: string, version = 1) => JSON.stringify(describeDevice({ kind: 'thermostat', name, version }))
const $description = `homie/5/${THERMOSTAT}/$description`

test('documents come with a description, follow it, and go with the device', async () => {
  await using room = await openBrokerRoom()
  const { broker } = room
  const announcements = await startAnnouncements({ broker, publicUrl, log: quiet })
  const documents = async () => {
    await announcements.settled()
    return broker.retained('homeassistant/#')
  }
  await broker.publish({ topic: $description, payload: description('Hall'), retain: true })
  const first = await documents()
  expect(first.map(({ topic }) => topic).sort()).toEqual([
    `homeassistant/binary_sensor/${THERMOSTAT}/window/config`,
    `homeassistant/climate/${THERMOSTAT}/climate/config`,
    `homeassistant/sensor/${THERMOSTAT}/status/config`,
  ])
  await broker.publish({ topic: $description, payload: description('Attic', 2), retain: true })
  expect((await documents()).every(({ payload }) => payload.toString().includes('"Attic"'))).toBe(true)
  await broker.publish({ topic: $description, payload: '', retain: true })
  expect(await documents()).toEqual([])
})

test('documents of a device that is no more are cleared at start, and those of others stay', async () => {
  await using room = await openBrokerRoom()
  const { broker } = room
  const ghost = 'homeassistant/climate/thermostat-gggggg/climate/config'
  const foreign = 'homeassistant/light/zigbee-lamp/config'
  for (const topic of [ghost, foreign]) await broker.publish({ topic, payload: '{}', retain: true })
  await broker.publish({ topic: $description, payload: description('Hall'), retain: true })
  const announcements = await startAnnouncements({ broker, publicUrl, log: quiet })
  await announcements.settled()
  const topics = (await broker.retained('homeassistant/#')).map(({ topic }) => topic)
  expect(topics).not.toContain(ghost)
  expect(topics).toContain(foreign)
  expect(topics).toContain(`homeassistant/climate/${THERMOSTAT}/climate/config`)
})

test('Home Assistant that says it is online is told everything again', async () => {
  await using room = await openBrokerRoom()
  const { broker } = room
  const announcements = await startAnnouncements({ broker, publicUrl, log: quiet })
  await broker.publish({ topic: $description, payload: description('Hall'), retain: true })
  await announcements.settled()
  const heard: string[] = []
  await broker.subscribe('homeassistant/+/+/+/config', ({ topic }) => heard.push(topic))
  await broker.publish({ topic: 'homeassistant/status', payload: 'online' })
  await announcements.settled()
  expect(heard).toHaveLength(3)
})
