// The handle of the broker.
import { type Disturbance, readDisturbance } from '../network/disturbance.ts'
import type { Connections, Refusal } from './connections.ts'
import type { Inner } from './inner.ts'
import type { createMessages, HeardMessage, MessageOptions } from './messages.ts'

export type { Disturbance } from '../network/disturbance.ts'

export interface PublishOptions {
  readonly retain?: boolean
  readonly qos?: 0 | 1
}

export interface BrokerControl {
  /**
   * Ends every connection and lets nobody in: a connection is closed as soon as it is open, or with a return code its CONNECT is answered
   * by that (CONNACK, MQTT 3.1.1 §3.2.2.3: 3 is "server unavailable", 5 "not authorized").
   */
  refuse(how?: Refusal): void
  /** Lets in again whoever may come in. */
  accept(): void
  /** Loses, doubles, swaps or delays messages on every connection; undefined ends it. */
  disturb(how: Disturbance | undefined): void
  /** The connections of this MQTT client id end, as on a bad network; its last will is published. Throws where it has none. */
  disconnect(clientId: string): void
  /**
   * A connection that is silent: nothing arrives any more, in either direction, and neither side is told. A client notices by its
   * keep-alive (MQTT 3.1.1 §3.1.2.10). Throws where this client id has no connection.
   */
  halfOpen(clientId: string): void
  /** Publishes by the hub's own authority, such as a command to `homie/5/<device>/<node>/<property>/set`. */
  publish(topic: string, payload: string, options?: PublishOptions): Promise<void>
  /** MQTT client ids of those that are connected. */
  readonly clients: readonly string[]
  /** What the broker has taken, oldest first: from devices, from people, and (`from` undefined) from the hub; the newest 10,000. */
  readonly messages: readonly HeardMessage[]
  /** The first message for a topic filter (§4.7) since the hub began or since `after`. Waits for it, ten seconds unless said otherwise. */
  message(filter: string, options?: MessageOptions): Promise<HeardMessage>
}

/** @internal */
export function createBrokerControl(options: {
  readonly connections: Connections
  readonly messages: ReturnType<typeof createMessages>
  readonly inner: Inner
}): BrokerControl {
  const { connections, messages, inner } = options
  return {
    disturb: (how) => connections.disturb(how && readDisturbance(how)),
    refuse: (how = 'gone') => connections.refuse(how),
    accept: () => connections.refuse(undefined),
    disconnect: (clientId) => connections.disconnect(clientId),
    halfOpen: (clientId) => connections.halfOpen(clientId),
    async publish(topic, payload, { retain = false, qos = 1 } = {}) {
      await (await inner.hub()).publish({ topic, payload, retain, qos })
    },
    get clients() {
      return connections.clientIds
    },
    messages: messages.all,
    message: (filter, how) => messages.message(filter, how),
  }
}
