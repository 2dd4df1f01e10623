// The handle of the broker.
import { millis } from '#contract/time.ts'
import { type Length, lengthOf } from '../home/length.ts'
import type { Mischief } from '../network/packets.ts'
import type { Connections, Refusal } from './connections.ts'
import type { Inner } from './inner.ts'
import type { createMessages, HeardMessage, MessageOptions } from './messages.ts'

/**
 * What happens to messages on their way, each a share of 0 to 1: `drop`, `double`, `reorder` (comes after the one that follows it). Whole
 * PUBLISH packets are meant; acknowledgements and all else pass. `topic` limits it to topics that begin so, `way` to one direction.
 */
export type Disturbance = Omit<Mischief, 'delay'> & { readonly delay?: Length }

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
  /** Loses this share of all messages, 0 to 1. The same as `disturb({ drop: share })`. */
  drop(share: number): void
  /** Every message takes this long, each way. The same as `disturb({ delay: length })`. */
  delay(length: Length): void
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

export function createBrokerControl(options: {
  readonly connections: Connections
  readonly messages: ReturnType<typeof createMessages>
  readonly inner: Inner
}): BrokerControl {
  const { connections, messages, inner } = options
  const disturb = (how: Disturbance | undefined) => connections.disturb(how && readDisturbance(how))
  return {
    disturb,
    refuse: (how = 'gone') => connections.refuse(how),
    accept: () => connections.refuse(undefined),
    drop: (share) => disturb({ drop: share }),
    delay: (length) => disturb({ delay: length }),
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

function readDisturbance({ delay, ...shares }: Disturbance): Mischief {
  const { drop = 0, double = 0, reorder = 0 } = shares
  for (const share of [drop, double, reorder, drop + double + reorder]) {
    if (share >= 0 && share <= 1) continue
    throw new RangeError(`Cannot disturb messages as shares, and their sum, must be from 0 to 1: got ${share}`)
  }
  return { ...shares, delay: delay === undefined ? millis(0) : lengthOf(delay) }
}
