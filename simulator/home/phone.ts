// A phone in the home: on its network, with somebody's token, connected to the broker when it has something to say.
import type { Socket } from 'node:net'
import mqtt from 'mqtt'
import { createLine } from '../network/line.ts'
import { runAs } from '../time/participant.ts'
import type { HubSlot } from './hub-slot.ts'
import type { Inhabitant, World } from './world.ts'

/** What came of a message by the time everybody had come to rest. */
export type Delivery =
  | 'taken'
  /** The broker closed the connection: MQTT 3.1.1 has no other way to say no (§3.3.5). */
  | 'refused'
  /** There is no hub, or it lets nobody in. */
  | 'unreachable'
  /** It is on its way, or lost: no acknowledgement has come. */
  | 'unanswered'

export interface Phone {
  publish(
    topic: string,
    payload: string,
    options?: { readonly retain?: boolean; readonly qos?: 0 | 1 },
  ): Promise<Delivery>
  /** Puts the phone away. */
  disconnect(): void
}

export function createPhone(options: {
  readonly name: string
  readonly me: Inhabitant
  readonly world: World
  readonly hub: HubSlot
  readonly accessToken: () => Promise<string>
}): Phone {
  const { name, me, world, hub, accessToken } = options
  const { settle } = world.work
  const line = createLine(me.clock)
  let used: { readonly client: mqtt.MqttClient; readonly token: string } | undefined

  const connect = (password: string): mqtt.MqttClient =>
    runAs(me, () => {
      const near = hub.connect(me, line)
      const client = new mqtt.MqttClient(() => near as Socket, {
        ...{ protocolVersion: 4, clientId: name, username: name, password },
        ...{ keepalive: 0, reconnectPeriod: 0, clean: true, connectTimeout: 10_000 },
      })
      // That it is not connected is all that matters here.
      client.on('error', () => {})
      return client
    })
  const connected = async (): Promise<mqtt.MqttClient | undefined> => {
    if (!hub.takesConnections) return undefined
    const token = await accessToken()
    if (used?.client.connected && used.token === token) return used.client
    used?.client.end(true)
    const client = connect(token)
    used = { client, token }
    await settle()
    return client.connected ? client : undefined
  }

  return {
    async publish(topic, payload, { retain = false, qos = 1 } = {}) {
      const client = await connected()
      if (client === undefined) return 'unreachable'
      let isTaken = false
      runAs(me, () => {
        client.publish(topic, payload, { retain, qos }, (error) => {
          isTaken = error === undefined || error === null
        })
      })
      await settle()
      if (!client.connected) return hub.takesConnections ? 'refused' : 'unreachable'
      return isTaken ? 'taken' : 'unanswered'
    },
    disconnect() {
      used?.client.end(true)
      used = undefined
    },
  }
}
