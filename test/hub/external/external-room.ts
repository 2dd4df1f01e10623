// A whole hub that another server says for who comes in.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type mqtt from 'mqtt'
import pino from 'pino'
import { parseDeviceId } from '#contract/ids.ts'
import { parseIssuerMap } from '../../../hub/external/issuer-map.ts'
import { type Hub, startHub } from '../../../hub/hub.ts'
import { connectOnce } from '../connect.ts'

export const DEVICE = parseDeviceId('thermostat-hall01', 'the test')

export const ATTIC = parseDeviceId('thermostat-attic1', 'the test')

export const MAP = {
  scopes: { 'house:see': 'home:read', 'house:heat': 'climate:control', 'house:keep': 'home:admin' },
  clients: { 'hall-heating': DEVICE, 'attic-heating': ATTIC },
}

export interface ExternalRoom extends AsyncDisposable {
  readonly hub: Hub
  readonly logged: readonly string[]
  ask(path: string, token?: string, init?: RequestInit): Promise<Response>
  /** Rejects when the broker refuses. Ended with the room. */
  connect(password: string, clientId?: string): Promise<mqtt.MqttClient>
}

export async function openExternalRoom(
  issuer: string,
  options: { readonly pageClientId?: string; readonly port?: number } = {},
): Promise<ExternalRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const logged: string[] = []
  const hub = await startHub({
    ...{ folder, mdns: false, tls: { type: 'off' }, mqtts: undefined, publicUrl: undefined },
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    http: { host: '127.0.0.1', port: options.port ?? 0 },
    mqtt: { host: '127.0.0.1', port: 0 },
    external: {
      ...{ issuer, audience: 'urn:latchkey:home', pageClientId: options.pageClientId },
      map: parseIssuerMap(MAP, 'the map'),
    },
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true })
    throw error
  })
  const clients: mqtt.MqttClient[] = []

  return {
    hub,
    logged,
    ask: (path, token, init = {}) =>
      fetch(new URL(path, hub.publicUrl), {
        ...init,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      }),
    async connect(password, clientId = 'phone') {
      const client = await connectOnce(hub.mqttPort, { username: 'ignored', password, clientId })
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true)
      await hub[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
