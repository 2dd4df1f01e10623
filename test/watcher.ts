// Somebody else's MQTT client, watching and controlling a home.
import type { Socket } from 'node:net'
import mqtt from 'mqtt'
import { until } from './until.ts'

export interface Watcher extends AsyncDisposable {
  readonly client: mqtt.MqttClient
  /** The latest payload of each topic. */
  readonly state: ReadonlyMap<string, string>
  /** Every message in order. */
  readonly log: readonly { readonly topic: string; readonly payload: string; readonly retain: boolean }[]
  has(topic: string, payload: string | RegExp, within?: number): Promise<void>
  send(topic: string, payload: string, options?: mqtt.IClientPublishOptions): Promise<void>
}

export async function watch(options: {
  readonly port: number
  readonly token: string
  readonly filters?: readonly string[]
  readonly clientId?: string
}): Promise<Watcher> {
  const { port, token, filters = ['homie/5/#'], clientId = 'watcher' } = options
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    clientId,
    username: 'ignored',
    password: token,
    reconnectPeriod: 0,
  })
  if ('setNoDelay' in client.stream) (client.stream as Socket).setNoDelay(true)
  const state = new Map<string, string>()
  const log: { topic: string; payload: string; retain: boolean }[] = []
  client.on('error', () => {})
  client.on('message', (topic, payload, { retain }) => {
    // A kept message is read from disk and may come after the news that replaced it.
    const overtaken = retain && log.some((message) => message.topic === topic && !message.retain)
    if (!overtaken) state.set(topic, payload.toString())
    log.push({ topic, payload: payload.toString(), retain })
  })
  if (filters.length > 0) await client.subscribeAsync([...filters], { qos: 1 })
  return {
    client,
    state,
    log,
    async has(topic, payload, within = 40_000) {
      const matches = (found: string | undefined) =>
        found !== undefined && (typeof payload === 'string' ? found === payload : payload.test(found))
      await until(() => matches(state.get(topic)), `${topic} to be ${payload}, is ${state.get(topic)}`, within as never)
    },
    async send(topic, payload, publish = { qos: 1 }) {
      await client.publishAsync(topic, payload, publish)
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => client.end(true, {}, () => resolve()))
    },
  }
}
