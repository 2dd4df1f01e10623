// A product's state tree on one connection, as Homie 5 wants it: `init`, the description, every property, then `ready`.
import { describeDevice } from '#contract/description.ts'
import type { DeviceId } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { formatPayload, type PropertyPath, type Value } from '#contract/property.ts'
import {
  alertTopic,
  type DeviceState,
  descriptionTopic,
  logTopic,
  propertyTopic,
  silentTopic,
  stateTopic,
} from '#contract/topics.ts'
import type { Announcement } from '../control.ts'
import type { RunningProduct } from '../run.ts'
import type { Report } from './reports.ts'
import type { MqttSession } from './session.ts'

export interface Publisher {
  /** Publishes everything from the start; resolves when the broker has it all. */
  introduce(): Promise<void>
  property(path: PropertyPath, value: Value): Promise<void>
  /** Something that happened; QoS 0 unless it must be sure to arrive. */
  event(announcement: Announcement, how: { readonly sure: boolean }): Promise<void>
  report(report: Report): Promise<void>
  /** Undefined: the trouble is over. */
  alert(id: string, text: string | undefined): Promise<void>
  state(state: DeviceState): Promise<void>
}

export function createPublisher(options: {
  readonly session: MqttSession
  readonly device: DeviceId
  readonly name: string
  /** Rises when the description changes (Homie 5). */
  readonly version: number
  readonly product: RunningProduct
}): Publisher {
  const { session, device, name, version, product } = options
  const { kind, zones } = product
  const retained = { retain: true, qos: 1 } as const

  const publisher: Publisher = {
    async introduce() {
      const description = JSON.stringify(describeDevice({ kind, name, version, zones }))
      const properties = [...product.properties()].map(([path, value]) => publisher.property(path, value))
      await Promise.all([
        publisher.state('init'),
        session.publish(descriptionTopic(device), description, retained),
        ...properties,
        ...[...product.alerts()].map(([id, text]) => publisher.alert(id, text)),
        publisher.state('ready'),
      ])
    },
    property(path, value) {
      const property = propertyAt(kind, path)
      if (property === undefined) throw new TypeError(`Cannot publish ${path} as it must be a property of ${kind}`)
      const how = property.momentary ? ({ retain: false, qos: 0 } as const) : retained
      return session.publish(propertyTopic(device, path), formatPayload(property, value), how)
    },
    event({ path, value, silent }, { sure }) {
      const topic = silent ? silentTopic(device) : propertyTopic(device, path)
      return session.publish(topic, JSON.stringify(value), { retain: false, qos: sure ? 1 : 0 })
    },
    report: ({ level, text }) => session.publish(logTopic(device, level), text, { retain: false, qos: 0 }),
    // Retained and empty is how MQTT forgets (3.1.1 §3.3.1.3).
    alert: (id, text = '') => session.publish(alertTopic(device, id), text, retained),
    state: (state) => session.publish(stateTopic(device), state, retained),
  }
  return publisher
}
