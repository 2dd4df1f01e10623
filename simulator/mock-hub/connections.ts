// What stands between the real broker and each connection to it: it can refuse, lose, delay, cut and forget.
import type { Duplex } from 'node:stream'
import { generate, type Packet, parser } from 'mqtt-packet'
import type { Clock } from '#contract/clock.ts'
import { disturb, interpose, type Mischief } from '../network/packets.ts'
import type { Random } from '../random.ts'

/** CONNACK of MQTT 3.1.1 §3.2.2.3: 1 version, 2 client id, 3 server unavailable, 4 user name or password, 5 not authorized. */
export type ReturnCode = 1 | 2 | 3 | 4 | 5

/** `gone`: a connection is closed as soon as it is open. */
export type Refusal = 'gone' | ReturnCode

interface Connection {
  /** What its CONNECT said. */
  clientId: string | undefined
  /** The broker has let it in. */
  admitted: boolean
  severed: boolean
  readonly client: Duplex
}

/** @internal */
export interface Connections {
  /** Puts itself between the broker and a connection. */
  meddle(client: Duplex): Duplex
  /** The MQTT client ids of those that are open, as they said at CONNECT. */
  readonly clientIds: readonly string[]
  /** Undefined: everybody is let in again. */
  refuse(how: Refusal | undefined): void
  /** Undefined: every message arrives as it is. */
  disturb(mischief: Mischief | undefined): void
  /** Ends the connections of this client. Throws where it has none. */
  disconnect(clientId: string): void
  /** Neither side hears anything of the other any more, nor that it has gone. Throws where this client has no connection. */
  halfOpen(clientId: string): void
}

/** `signal` ends everything that is on its way. @internal */
export function createConnections(options: {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}): Connections {
  const { clock, random, signal } = options
  const open = new Set<Connection>()
  let refusal: Refusal | undefined
  let mischief: Mischief | undefined
  const meddling = { mischief: () => mischief, clock, random, signal }
  signal.addEventListener('abort', () => {
    for (const { client } of open) client.destroy()
  })

  const connected = () => [...open].filter(({ admitted, severed }) => admitted && !severed)
  const clientIds = () => connected().flatMap(({ clientId }) => clientId ?? [])
  const of = (clientId: string, doing: string): readonly Connection[] => {
    const found = connected().filter((connection) => connection.clientId === clientId)
    if (found.length > 0) return found
    const known = clientIds().join(', ')
    throw new Error(
      `Cannot ${doing} ${clientId} as it must be connected: connected ${known === '' ? 'is nobody' : `are ${known}`}`,
    )
  }

  return {
    meddle(client) {
      if (refusal === 'gone') return client.destroy()
      const connection: Connection = { clientId: undefined, admitted: false, severed: false, client }
      open.add(connection)
      client.once('close', () => open.delete(connection))
      const toBroker = disturb('to_broker', meddling)
      const fromBroker = disturb('from_broker', meddling)
      return interpose(client, {
        isSevered: () => connection.severed,
        inward(packet, send) {
          if (connection.severed) return
          connection.clientId ??= clientIdIn(packet)
          if (refusal === undefined) return toBroker(packet, (bytes) => connection.severed || send(bytes))
          // §3.2.2.3: "If a server sends a CONNACK packet containing a non-zero return code it MUST then close the Network Connection".
          if (!client.writable) return
          if (refusal !== 'gone') client.write(generate({ cmd: 'connack', returnCode: refusal, sessionPresent: false }))
          client.end()
        },
        outward(packet, send) {
          if (isAdmission(packet)) connection.admitted = true
          fromBroker(packet, (bytes) => connection.severed || send(bytes))
        },
      })
    },
    get clientIds() {
      return clientIds()
    },
    refuse(how) {
      refusal = how
      if (how === undefined) return
      for (const { client, severed } of open) if (!severed) client.destroy()
    },
    disturb(next) {
      mischief = next
    },
    disconnect(clientId) {
      for (const { client } of of(clientId, 'disconnect')) client.destroy()
    },
    halfOpen(clientId) {
      for (const connection of of(clientId, 'silence')) connection.severed = true
    },
  }
}

/** CONNACK with return code 0, "Connection Accepted" (§3.2.2.3). */
const isAdmission = (packet: Buffer): boolean => packet[0] === 0x20 && packet[3] === 0

/** The client id of a CONNECT packet (§3.1.3.1); undefined for every other, and for what is no MQTT: the broker says so itself. */
function clientIdIn(packet: Buffer): string | undefined {
  let found: string | undefined
  const reader = parser({ protocolVersion: 4 })
  reader.on('packet', (read: Packet) => {
    if (read.cmd === 'connect') found = read.clientId
  })
  reader.on('error', () => {})
  reader.parse(packet)
  return found
}
