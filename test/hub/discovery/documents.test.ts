import { expect, test } from 'vitest'
import { kindOf, parseDeviceId } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { parseTopic } from '#contract/topics.ts'
import { DEFAULT_CONFIG } from '../../../device/security/config.ts'
import { discoveryDocuments } from '../../../hub/discovery/documents.ts'
import { faultsOf, render } from './consumer.ts'

const documents = (['thermostat', 'toaster', 'security'] as const).flatMap((kind) =>
  discoveryDocuments({
    device: parseDeviceId(`${kind}-k3f9ab`, 'the test'),
    name: 'Hall',
    zones: kind === 'security' ? DEFAULT_CONFIG.zones : [],
    publicUrl: new URL('http://localhost:8080'),
    version: '0.1.0',
  }),
)

test('a strict Home Assistant finds nothing wrong with any document', () => {
  expect(documents.flatMap(faultsOf)).toEqual([])
  expect(documents).toHaveLength(26)
})

test('the consumer is strict: it would notice', () => {
  const [climate] = documents
  if (climate === undefined) throw new Error('no documents')
  expect(faultsOf({ ...climate, payload: { ...climate.payload, temprature_unit: 'C' } })).toHaveLength(1)
  expect(faultsOf({ ...climate, topic: 'homeassistant/toaster/x/y/config' })).toHaveLength(1)
  expect(() => render('{{ nothing }}', {})).toThrow()
})

test('every topic that a document names is one of the device, and every command topic can be set', () => {
  const topics = documents.flatMap(({ payload }) => Object.entries(payload).filter(([key]) => key.endsWith('_topic')))
  expect(topics.length).toBeGreaterThan(40)
  for (const [key, name] of topics) {
    const topic = parseTopic(String(name))
    if (topic.type !== 'property' && topic.type !== 'set') throw new Error(`${key} names ${name}`)
    const property = propertyAt(kindOf(topic.device), topic.path)
    expect([key, property === undefined]).toEqual([key, false])
    expect(topic.type === 'set').toBe(key.includes('command'))
    if (topic.type === 'set') expect(property?.settable).toBe(true)
  }
})

test('ids are unique, made of the device id alone, and nothing is ever retained by Home Assistant', () => {
  const ids = documents.map(({ payload }) => payload.unique_id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(documents.map(({ topic }) => topic)).size).toBe(documents.length)
  for (const { payload } of documents) {
    expect(payload.unique_id).toMatch(/^latchkey_(thermostat|toaster|security)-k3f9ab_/)
    expect(payload.retain).not.toBe(true)
  }
})
