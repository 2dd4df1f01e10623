// MQTT as it is said on a connection.
import type { Duplex } from 'node:stream'
import { generate, type Packet, parser } from 'mqtt-packet'

export const TOPIC = 'homie/5/thermostat-k3f9ab/climate/current'

export const publish = (payload: string, topic = TOPIC): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false })

/** What arrives at this end, in order: payloads, the names of other packets, and how it ended. */
export function listen(end: Duplex): readonly string[] {
  const heard: string[] = []
  const reader = parser({ protocolVersion: 4 })
  reader.on('packet', (packet: Packet) => heard.push(packet.cmd === 'publish' ? String(packet.payload) : packet.cmd))
  end.on('data', (chunk: Buffer) => reader.parse(chunk))
  end.on('end', () => heard.push('end'))
  end.on('close', () => heard.push('close'))
  end.on('error', () => heard.push('error'))
  return heard
}
