// What a light device says on one connection, and what it answers: Homie 5, in the order and the ways of the product's device.
import { describeDevice } from '#contract/description.ts'
import type { DeviceId } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import {
  decodePayload,
  formatPayload,
  type JsonObject,
  type Property,
  type PropertyPath,
  type Value,
} from '#contract/property.ts'
import { type DeviceState, descriptionTopic, parseTopic, propertyTopic, stateTopic } from '#contract/topics.ts'
import { type Ack, refuse } from '../../device/control.ts'
import type { Connection, Heard } from './connection.ts'
import type { Life, Said } from './life.ts'
import type { Tally } from './tally.ts'
import type { Watcher } from './watcher.ts'

export interface Voice {
  /** `init`, the description, every property, then `ready`; resolves when the broker has it all. */
  introduce(): Promise<void>
  /** Says the next thing of the device's life. */
  goOn(): Promise<void>
  /** Answers a command, where there is something to answer. */
  answer(message: Heard): Promise<void>
}

const KEPT = { retain: true, qos: 1 } as const
const MOMENTARY = { retain: false, qos: 0 } as const

export function createVoice(options: {
  readonly connection: Connection
  readonly device: DeviceId
  readonly name: string
  readonly life: Life
  readonly watcher: Watcher
  readonly tally: Tally
}): Voice {
  const { connection, device, name, life, watcher, tally } = options
  const { kind, zones } = life

  const publish = async (topic: string, payload: string, how: typeof KEPT | typeof MOMENTARY): Promise<void> => {
    watcher.expect(topic, payload)
    await connection.publish(topic, payload, how)
    tally.count('published')
  }
  const state = (now: DeviceState) => publish(stateTopic(device), now, KEPT)
  const property = ({ path, value }: Said): Promise<void> => {
    const described = propertyAt(kind, path)
    if (described === undefined) throw new TypeError(`Cannot publish ${path} as it must be a property of ${kind}`)
    return publish(propertyTopic(device, path), formatPayload(described, value), described.momentary ? MOMENTARY : KEPT)
  }

  return {
    async introduce() {
      const description = JSON.stringify(describeDevice({ kind, name, version: 1, zones }))
      const properties = Object.entries(life.properties()) as [PropertyPath, Value][]
      await Promise.all([
        state('init'),
        publish(descriptionTopic(device), description, KEPT),
        ...properties.map(([path, value]) => property({ path, value })),
        state('ready'),
      ])
    },
    goOn: () => property(life.next()),
    async answer({ topic: name, payload, retained }) {
      const topic = parseTopic(name)
      if (topic.type !== 'set' || topic.device !== device || retained) return
      const { path } = topic
      const described = propertyAt(kind, path)
      const [value, ack] = obey(life, path, described, payload)
      const { id } = (value ?? {}) as JsonObject
      if (ack.ok && typeof id !== 'string') return
      const answer = { ...(typeof id === 'string' && { id }), property: path, ...ack }
      await property({ path: 'ack/last', value: answer })
    },
  }
}

function obey(
  life: Life,
  path: PropertyPath,
  property: Property | undefined,
  payload: string,
): readonly [Value | undefined, Ack] {
  if (property?.settable !== true)
    return [undefined, refuse('not_settable', `${path} is not a property that can be set`)]
  const decoded = decodePayload(property, payload)
  if (!decoded.ok) return [undefined, refuse('invalid', `${path} ${decoded.because}`)]
  const { value } = decoded
  // A panel of the fleet has no codes, so it can be called for help and nothing else. What was typed is never looked at.
  const checked = path === 'panel/command' ? { ...(value as JsonObject), codeCheck: 'absent', codeSet: false } : value
  return [value, life.obey({ path, value: checked })]
}
