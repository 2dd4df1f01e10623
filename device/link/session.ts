// One MQTT connection, from CONNECT to its end. Reconnecting is the agent's business.
import type { Socket } from 'node:net'
import type { IClientOptions } from 'mqtt'
import shared from 'mqtt/lib/shared'
import { writeToStream } from 'mqtt-packet'
import { type Clock, every } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { AUTHZ_TOPIC, commandFilter, stateTopic } from '#contract/topics.ts'
import type { Lookup } from '../lookup.ts'
import type { Network } from '../network.ts'
import { openClient } from './transport.ts'

// 65,536 buffers made beforehand, one for every number a packet could hold: megabytes that a device never needs.
writeToStream.cacheNumbers = false

/** Nobody who stops is held up longer by a connection that may be dead; the last will says the rest. */
export const GOOD_BYE = seconds(1)

export interface Message {
  readonly topic: string
  readonly payload: string
  readonly retained: boolean
}

export interface MqttSession extends AsyncDisposable {
  /** Publishes; QoS 1 resolves when the broker has it. Rejects when the connection ends first. */
  publish(topic: string, payload: string, options: { readonly retain: boolean; readonly qos: 0 | 1 }): Promise<void>
  /** Replaces this connection's token without reconnecting (after RFC 9431 `authz-info`). */
  replaceToken(accessToken: string): Promise<void>
  /** Resolves with the reason when the connection has ended. Never rejects. */
  readonly ended: Promise<string>
}

/** The broker said no (CONNACK 4 or 5): the token is not good any more, or never was. */
export class NotAuthorized extends Error {
  override readonly name = 'NotAuthorized'
}

/** Half-open connections are noticed after one and a half of this. */
export const KEEP_ALIVE = seconds(15)
const CONNECT_TIMEOUT_MILLIS = 10_000

export interface ConnectOptions {
  readonly url: URL
  readonly device: DeviceId
  readonly accessToken: string
  /** That the token is ours, where it is bound to our key. */
  readonly proof?: string | undefined
  readonly ca?: string | undefined
  /** Instead of DNS. */
  readonly lookup?: Lookup | undefined
  readonly network?: Network | undefined
  readonly clock: Clock
  /** KEEP_ALIVE unless something else is wanted. */
  readonly keepAlive?: Millis | undefined
  readonly hear: (message: Message, publish: MqttSession['publish']) => void
}

/** Connects with the device's one name and a fresh token, and listens for its commands. */
export async function connect(options: ConnectOptions): Promise<MqttSession> {
  const { url, device, accessToken, proof, ca, lookup, network, clock, keepAlive = KEEP_ALIVE, hear } = options
  const settings = {
    protocolVersion: 4,
    clientId: device,
    username: proof ?? device,
    password: accessToken,
    clean: true,
    keepalive: keepAlive / 1000,
    connectTimeout: CONNECT_TIMEOUT_MILLIS,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: timersOf(clock),
    will: { topic: stateTopic(device), payload: Buffer.from('lost'), qos: 1, retain: true },
    // Only WebSockets take theirs from here.
    wsOptions: { ...(ca !== undefined && { ca }), ...(lookup !== undefined && { lookup }) },
  } as IClientOptions
  const client = await openClient({ url, ca, lookup, network }, settings)

  let failure = new Error('the connection was closed')
  client.on('error', (error) => {
    failure = error
  })
  // Who waits for an answer is told when none can come any more. A race against one promise that lives as long as the connection would
  // keep every answer for as long.
  const waiting = new Set<(error: Error) => void>()
  let isOver = false
  const ended = new Promise<string>((resolve) => {
    client.once('close', () => {
      isOver = true
      for (const giveUp of waiting) giveUp(failure)
      resolve(failure.message)
    })
  })
  const answered = <T>(answer: Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    waiting.add(reject)
    answer.then(resolve, reject)
    if (isOver) reject(failure)
    return promise.finally(() => waiting.delete(reject))
  }
  const publish: MqttSession['publish'] = async (topic, payload, { retain, qos }) => {
    await answered(client.publishAsync(topic, payload, { retain, qos }))
  }
  client.on('message', (topic, payload, packet) => {
    hear({ topic, payload: payload.toString(), retained: packet.retain }, publish)
  })

  try {
    await answered(new Promise<void>((resolve) => client.once('connect', () => resolve())))
    // A state is a few bytes: without this each waits up to 40 ms for the acknowledgement of the one before (RFC 896).
    if ('setNoDelay' in client.stream) (client.stream as Socket).setNoDelay(true)
    const [granted] = await answered(client.subscribeAsync(commandFilter(device), { qos: 1 }))
    // 128 is a refusal (MQTT 3.1.1 §3.9.3).
    if (granted === undefined || granted.qos > 2) throw new Error('the broker refused the subscription to our commands')
  } catch (error) {
    client.end(true)
    if (error instanceof shared.ErrorWithReasonCode && (error.code === 4 || error.code === 5)) {
      throw new NotAuthorized('the broker does not accept the access token', { cause: error })
    }
    throw error
  }
  return {
    publish,
    ended,
    replaceToken: (token) => publish(AUTHZ_TOPIC, token, { retain: false, qos: 1 }),
    async [Symbol.asyncDispose]() {
      // With DISCONNECT, or the broker publishes our last will (MQTT 3.1.1 §3.14.4) over what we said; bounded, as it waits for packets in
      // flight to a broker that may be gone.
      if (client.connected) {
        const left = new Promise<void>((resolve) => client.end(false, {}, () => resolve()))
        await Promise.race([left, clock.sleep(GOOD_BYE)])
        client.stream.destroy()
      } else {
        await new Promise<void>((resolve) => client.end(true, {}, () => resolve()))
      }
    },
  }
}

/** mqtt.js's keep-alive on our clock: it asks for an interval and is given a number, as browsers do. */
function timersOf(clock: Clock) {
  const running = new Map<number, () => void>()
  let last = 0
  return {
    set(then: () => void, length: number): number {
      running.set(++last, every(clock, millis(length), then))
      return last
    },
    clear(timer: number): void {
      running.get(timer)?.()
      running.delete(timer)
    },
  }
}
