// One MQTT 3.1.1 connection with next to no weight: a socket, a parser, and what waits for an answer. Thousands of them fit in a process.
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { generate, type Packet, parser, writeToStream } from 'mqtt-packet'
import WebSocket, { createWebSocketStream } from 'ws'
import { after, type Clock, every } from '#contract/clock.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { Trouble } from './trouble.ts'

// 65,536 buffers made beforehand, one for every number a packet could hold.
writeToStream.cacheNumbers = false

export interface Heard {
  readonly topic: string
  readonly payload: string
  readonly retained: boolean
}

export interface Connection {
  /** QoS 1 resolves when the broker has it; rejects when the connection ends first. */
  publish(topic: string, payload: string, how: { readonly retain: boolean; readonly qos: 0 | 1 }): Promise<void>
  /** Rejects with a `Trouble` where the broker says no. */
  subscribe(filter: string, qos: 0 | 1): Promise<void>
  /** Resolves with the reason once it has ended. Never rejects. */
  readonly ended: Promise<string>
  /** Says good-bye (MQTT 3.1.1 §3.14: the will is discarded) and ends it. */
  close(): void
}

/** CONNACK 4 or 5: the token does not let anybody in. */
export class NotAuthorized extends Trouble {}

export interface ConnectOptions {
  readonly url: URL
  readonly clientId: string
  readonly accessToken: string
  readonly will?: { readonly topic: string; readonly payload: string } | undefined
  readonly clock: Clock
  readonly hear: (message: Heard) => void
}

/** As the product's device has it. */
const KEEP_ALIVE = seconds(15)
const CONNECT_WITHIN = seconds(10)
/** Packet ids are 1 to 65,535 (MQTT 3.1.1 §2.3.1). */
const LAST_ID = 65_535

/** Rejects with `NotAuthorized` or another `Trouble` where there is no connection. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { clientId, accessToken, will, clock, hear } = options
  const stream = open(options.url)
  const wire = createWire(stream, hear)
  const late = after(clock, CONNECT_WITHIN, () => stream.destroy(new Error('no answer within ten seconds')))
  stream.once('close', late)

  wire.send({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: KEEP_ALIVE / 1000 },
    ...{ clientId, username: clientId, password: Buffer.from(accessToken) },
    ...(will !== undefined && { will: { ...will, qos: 1, retain: true } }),
  })
  const code = await Promise.race([wire.connack, wire.ended])
  late()
  if (typeof code === 'string') throw new Trouble('connect', code)
  if (code !== 0) {
    stream.destroy()
    if (code === 4 || code === 5) throw new NotAuthorized('connect', 'not authorized')
    throw new Trouble('connect', `CONNACK ${code}`)
  }
  keepAlive(stream, wire, clock, KEEP_ALIVE)

  return {
    ended: wire.ended,
    async publish(topic, payload, { retain, qos }) {
      const packet = { cmd: 'publish', topic, payload, retain, dup: false } as const
      if (qos === 0) return wire.send({ ...packet, qos })
      await wire.ask((messageId) => ({ ...packet, qos, messageId }))
    },
    async subscribe(filter, qos) {
      const ask = { cmd: 'subscribe', subscriptions: [{ topic: filter, qos }] } as const
      const answer = await wire.ask((messageId) => ({ ...ask, subscriptions: [...ask.subscriptions], messageId }))
      // 128 is a refusal (MQTT 3.1.1 §3.9.3).
      if (answer.cmd !== 'suback' || answer.granted[0] === 128) throw new Trouble('subscribe', 'refused')
    },
    close() {
      if (stream.destroyed) return
      wire.send({ cmd: 'disconnect' })
      stream.end()
    },
  }
}

interface Wire {
  send(packet: Packet): void
  /** Sends a packet that is answered with its id. */
  ask(packet: (messageId: number) => Packet): Promise<Packet>
  /** Whether anything has come since this was asked last. */
  heardSomething(): boolean
  readonly connack: Promise<number>
  readonly ended: Promise<string>
}

function createWire(stream: Duplex, hear: (message: Heard) => void): Wire {
  const waiting = new Map<number, PromiseWithResolvers<Packet>>()
  const connack = Promise.withResolvers<number>()
  let lastId = 0
  let heard = false
  let failure = 'closed by the hub'
  const send = (packet: Packet): void => {
    if (!stream.destroyed) stream.write(generate(packet))
  }

  const read = (packet: Packet): void => {
    if (packet.cmd === 'connack') {
      connack.resolve(packet.returnCode ?? 0)
    } else if (packet.cmd === 'publish') {
      if (packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      hear({ topic: packet.topic, payload: packet.payload.toString(), retained: packet.retain })
    } else if (packet.cmd === 'puback' || packet.cmd === 'suback') {
      const id = packet.messageId ?? 0
      waiting.get(id)?.resolve(packet)
      waiting.delete(id)
    }
  }
  const parse = parser({ protocolVersion: 4 })
  parse.on('packet', read)
  parse.on('error', (error: Error) => stream.destroy(error))
  stream.on('data', (chunk: Buffer) => {
    heard = true
    parse.parse(chunk)
  })
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message
  })
  const ended = new Promise<string>((resolve) => {
    stream.once('close', () => {
      resolve(failure)
      for (const { reject } of waiting.values()) reject(new Trouble('connection', failure))
      waiting.clear()
    })
  })

  return {
    ...{ send, ended, connack: connack.promise },
    ask(packet) {
      if (stream.destroyed) return Promise.reject(new Trouble('connection', failure))
      do lastId = lastId === LAST_ID ? 1 : lastId + 1
      while (waiting.has(lastId))
      const answer = Promise.withResolvers<Packet>()
      waiting.set(lastId, answer)
      send(packet(lastId))
      return answer.promise
    },
    heardSomething() {
      const since = heard
      heard = false
      return since
    },
  }
}

/** A ping every `length`; where nothing at all came since the last one, the other side is gone (MQTT 3.1.1 §3.1.2.10). */
function keepAlive(stream: Duplex, wire: Wire, clock: Clock, length: Millis): void {
  wire.heardSomething()
  let asked = false
  const stop = every(clock, length, () => {
    if (asked && !wire.heardSomething()) stream.destroy(new Error('no answer to a ping'))
    asked = true
    wire.send({ cmd: 'pingreq' })
  })
  stream.once('close', stop)
}

function open(url: URL): Duplex {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  switch (url.protocol) {
    case 'mqtt:':
      return quick(connectTcp({ host, port: Number(url.port || 1883) }))
    case 'mqtts:':
      return quick(connectTls({ host, port: Number(url.port || 8883), servername: host }))
    default:
      // The sub-protocol of MQTT over WebSocket (MQTT 3.1.1 §6).
      return createWebSocketStream(new WebSocket(url, 'mqtt'))
  }
}

/** A state is a few bytes: it does not wait for the acknowledgement of the one before (RFC 896). */
const quick = (socket: Socket): Socket => socket.setNoDelay(true)
