// What carries MQTT. Node's own sockets where they do: mqtt.js by its front door loads WebSockets, SOCKS and workers as well, a quarter
// of a megabyte that a broker at an MQTT port never needs.
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { IClientOptions } from 'mqtt'
import clientModule from 'mqtt/lib/client'
import type { Lookup } from '../lookup.ts'
import type { Network } from '../network.ts'
import { watchIncoming } from './incoming.ts'

// Node hands a CommonJS module over whole, vitest what it calls its default.
const MqttClient = 'default' in clientModule ? clientModule.default : clientModule
export type MqttClient = InstanceType<typeof MqttClient>

export interface Carrier {
  readonly url: URL
  readonly ca?: string | undefined
  readonly lookup?: Lookup | undefined
  readonly network?: Network | undefined
}

/** A client that has begun to connect. Whoever opens it ends it. */
export async function openClient(carrier: Carrier, settings: IClientOptions): Promise<MqttClient> {
  const { url, network } = carrier
  if (network !== undefined) return new MqttClient(() => watchIncoming(network.connect(url)) as Socket, settings)
  if (url.protocol === 'mqtt:' || url.protocol === 'mqtts:') {
    const open = await socketOpener(carrier)
    return new MqttClient(() => watchIncoming(open()), settings)
  }
  const { default: mqtt } = await import('mqtt')
  const client = mqtt.connect(url.href, settings)
  watchIncoming(client.stream)
  return client
}

async function socketOpener({ url, ca, lookup }: Carrier): Promise<() => Socket> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const named = { host, ...(lookup !== undefined && { lookup }) }
  if (url.protocol === 'mqtt:') return () => connectTcp({ ...named, port: portOf(url, 1883) })
  const { connect: connectTls } = await import('node:tls')
  // An address is no server name (RFC 6066 §3).
  const secure = { ...(ca !== undefined && { ca }), ...(isIP(host) === 0 && { servername: host }) }
  return () => connectTls({ ...named, ...secure, port: portOf(url, 8883) })
}

const portOf = (url: URL, otherwise: number): number => (url.port === '' ? otherwise : Number(url.port))
