// What the house is: one value, made from the messages of its devices and from nothing else.
import { readDescription } from '#contract/description.ts'
import { type DeviceId, kindOf } from '#contract/ids.ts'
import { propertyAt, type Zone } from '#contract/kinds.ts'
import type { PropertyPath } from '#contract/property.ts'
import { DEVICE_STATES, type DeviceState, parseTopic } from '#contract/topics.ts'

export interface DeviceModel {
  readonly id: DeviceId
  readonly state: DeviceState | undefined
  readonly name: string | undefined
  readonly zones: readonly Zone[]
  /** Payloads as they came, by property. */
  readonly properties: ReadonlyMap<PropertyPath, string>
}

export type Home = ReadonlyMap<DeviceId, DeviceModel>

export const emptyHome: Home = new Map()

export interface HomeMessage {
  readonly topic: string
  readonly payload: string
}

/** The home after one message. What says nothing about the home leaves it as it was, the same value. */
export function apply(home: Home, { topic: name, payload }: HomeMessage): Home {
  const topic = parseTopic(name)
  if (topic.type !== 'property' && topic.type !== 'attribute') return home
  const { device: id } = topic
  const known = home.get(id)
  // A device that has gone is cleared topic by topic: the last of them must not bring it back.
  if (known === undefined && payload === '') return home
  const device = known ?? { id, state: undefined, name: undefined, zones: [], properties: new Map() }
  const next =
    topic.type === 'property'
      ? withProperty(device, topic.path, payload)
      : withAttribute(device, topic.attribute, payload)
  if (next === device) return home
  const changed = new Map(home)
  if (next === undefined) changed.delete(id)
  else changed.set(id, next)
  return changed
}

function withProperty(device: DeviceModel, path: PropertyPath, payload: string): DeviceModel {
  const property = propertyAt(kindOf(device.id), path)
  if (property === undefined || property.momentary || device.properties.get(path) === payload) return device
  const properties = new Map(device.properties)
  // MQTT 3.1.1 §3.3.1.3: an empty retained payload removes what was there.
  if (payload === '') properties.delete(path)
  else properties.set(path, payload)
  return { ...device, properties }
}

/** Undefined when the device is gone: "an empty payload on `$state`" (Homie 5). */
function withAttribute(device: DeviceModel, attribute: string, payload: string): DeviceModel | undefined {
  if (attribute === '$state') {
    if (payload === '') return undefined
    const state = DEVICE_STATES.find((known) => known === payload)
    return state === undefined || state === device.state ? device : { ...device, state }
  }
  if (attribute !== '$description') return device
  const description = readDescription(parseJson(payload))
  return description === undefined ? device : { ...device, ...description }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
