// One MQTT connection over a WebSocket. It notices by itself when nobody answers any more, and then lets go at once: closing a
// WebSocket politely takes a minute when the other side is frozen.
import { after, every } from '../clock.ts'
import {
  createDecoder,
  encodeConnect,
  encodeDisconnect,
  encodePing,
  encodePuback,
  encodePublish,
  encodeSubscribe,
  type Incoming,
} from './packet.ts'

const PING_EVERY = 5_000
const ANSWER_WITHIN = 4_000
const OPEN_WITHIN = 8_000
/** The broker gives up on us after one and a half of this. */
const KEEP_ALIVE_SECONDS = 20
/** Retained messages follow the SUBACK; when none has come for this long, all have. */
const QUIET = 150

export type Ended = 'refused' | 'lost'

export interface Connection {
  /** QoS 1; resolves when the broker has it, rejects when the connection ends first. */
  publish(topic: string, payload: string): Promise<void>
  /** Asks at once whether the other side is still there. */
  probe(): void
  close(): void
}

export interface ConnectOptions {
  readonly url: string
  readonly token: string
  readonly filters: readonly string[]
  readonly hear: (topic: string, payload: string) => void
  /** Bytes came: somebody is there. */
  readonly alive: () => void
  /** Everything that was retained has been heard. */
  readonly complete: () => void
  /** Called once. `refused`: the token was not accepted. */
  readonly ended: (because: Ended) => void
  readonly createSocket?: (url: string) => WebSocket
}

export function connect(options: ConnectOptions): Connection {
  const {
    url,
    token,
    filters,
    hear,
    alive,
    complete,
    ended,
    createSocket = (to) => new WebSocket(to, 'mqtt'),
  } = options
  const socket = createSocket(url)
  socket.binaryType = 'arraybuffer'
  const decode = createDecoder()
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  /** Topics that had news on this connection. */
  const fresh = new Set<string>()
  let nextId = 1
  let over = false
  let stopPings = () => {}
  let cancelDeadline = after(OPEN_WITHIN, () => end('lost'))
  let cancelQuiet = () => {}
  let isComplete = false

  const end = (because: Ended): void => {
    if (over) return
    over = true
    stopPings()
    cancelDeadline()
    cancelQuiet()
    // Handlers first: what this socket still has to say belongs to nobody.
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null
    socket.close()
    for (const { reject } of waiting.values())
      reject(new Error('Cannot send as the connection must be there: it was lost'))
    ended(because)
  }
  const send = (bytes: Uint8Array): void => {
    if (!over && socket.readyState === 1) socket.send(new Uint8Array(bytes))
  }
  const probe = (): void => {
    if (over) return
    send(encodePing())
    cancelDeadline()
    cancelDeadline = after(ANSWER_WITHIN, () => end('lost'))
  }
  const waitForQuiet = (): void => {
    if (isComplete) return
    cancelQuiet()
    cancelQuiet = after(QUIET, () => {
      isComplete = true
      complete()
    })
  }

  const receive = (packet: Incoming): void => {
    switch (packet.type) {
      case 'connack':
        if (packet.code !== 0) {
          end('refused')
          return
        }
        send(encodeSubscribe(nextId++, filters))
        stopPings = every(PING_EVERY, probe)
        return
      case 'suback':
        if (packet.granted.some((code) => code > 2)) end('refused')
        else waitForQuiet()
        return
      case 'publish':
        // What was kept is read from a disk and may arrive after the news that replaced it.
        if (!packet.retained) fresh.add(packet.topic)
        if (!packet.retained || !fresh.has(packet.topic)) hear(packet.topic, packet.payload)
        if (packet.id !== undefined) send(encodePuback(packet.id))
        waitForQuiet()
        return
      case 'puback':
        waiting.get(packet.id)?.resolve()
        waiting.delete(packet.id)
        return
      case 'pingresp':
        return
    }
  }

  const clientId = `page-${crypto.getRandomValues(new Uint32Array(2)).join('')}`
  socket.onopen = () =>
    send(encodeConnect({ clientId, username: 'page', password: token, keepAliveSeconds: KEEP_ALIVE_SECONDS }))
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    // Whatever arrives proves that somebody is there.
    cancelDeadline()
    alive()
    try {
      for (const packet of decode(new Uint8Array(data))) if (!over) receive(packet)
    } catch {
      end('lost')
    }
  }
  socket.onclose = socket.onerror = () => end('lost')

  return {
    publish: (topic, payload) =>
      new Promise((resolve, reject) => {
        if (over) return reject(new Error('Cannot send as the connection must be there: it was lost'))
        const id = nextId
        nextId = (nextId % 0xffff) + 1
        waiting.set(id, { resolve, reject })
        send(encodePublish(topic, payload, id))
      }),
    probe,
    close() {
      send(encodeDisconnect())
      end('lost')
    },
  }
}
