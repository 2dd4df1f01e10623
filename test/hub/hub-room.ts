// A whole hub without devices: real ports, a real disk, an owner who is signed in, and everything that it logs.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type mqtt from 'mqtt'
import pino from 'pino'
import { seconds } from '#contract/time.ts'
import { type Accepted, type Hub, startHub } from '../../hub/hub.ts'
import { HOME_SCOPES, loopback, signIn } from '../home.ts'
import { becomeOwner, type Person, QUICK } from '../person.ts'
import { connectOnce } from './connect.ts'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

export interface HubRoom extends AsyncDisposable {
  readonly hub: Hub
  /** The data folder; the hub's own is `hub` in it. */
  readonly data: string
  readonly owner: Person
  /** What the broker took, in its order. */
  readonly accepted: readonly Accepted[]
  readonly logged: readonly string[]
  /** The bytes of every file in the hub's folder. */
  disk(): Buffer
  accessToken(scope?: string): Promise<string>
  /** Asks the API as the bearer of `token`; a string is sent as it is, anything else as JSON. */
  ask(method: string, path: string, token: string, body?: unknown): Promise<Response>
  /** Registers a program called Dashboard, as its developer would whom the owner let. Returns its `client_id`. */
  register(metadata: object, scopes?: readonly string[]): Promise<string>
  /** Rejects when the broker refuses. Ended with the room. */
  connect(password: string, options?: mqtt.IClientOptions): Promise<mqtt.MqttClient>
  stop(): Promise<void>
  /** Stops the hub unless it is, and starts it again, on the same disk and at the same addresses. */
  restart(): Promise<void>
}

export async function openHubRoom({ passwordCost = QUICK } = {}): Promise<HubRoom> {
  const data = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const folder = join(data, 'hub')
  const accepted: Accepted[] = []
  const logged: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) })
  const start = (http: number, mqttPort: number) =>
    startHub({
      ...{ folder, log, mdns: false, pollInterval: seconds(1), tls: { type: 'off' } },
      ...{ mqtts: undefined, publicUrl: undefined, passwordCost },
      http: { ...loopback, port: http },
      mqtt: { ...loopback, port: mqttPort },
      observe: (message) => accepted.push(message),
    })
  let hub = await start(0, 0)
  const { publicUrl } = hub
  const owner = await becomeOwner(publicUrl, hub.ownerLink?.hash.slice(1) ?? '')
  const clients: mqtt.MqttClient[] = []
  let isStopped = false
  const stop = async () => {
    if (!isStopped) await hub[Symbol.asyncDispose]()
    isStopped = true
  }

  const accessToken = (scope = HOME_SCOPES) => signIn(publicUrl, owner, scope)
  const ask: HubRoom['ask'] = (method, path, token, body) =>
    fetch(new URL(path, publicUrl), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return {
    get hub() {
      return hub
    },
    ...{ data, owner },
    accepted,
    logged,
    disk: () => Buffer.concat(filesBelow(folder).map((file) => readFileSync(file))),
    accessToken,
    ask,
    async register(metadata, scopes = []) {
      const allowed = await ask('POST', '/api/registration-tokens', await accessToken(), { name: 'Dashboard', scopes })
      const { token } = (await allowed.json()) as { token: string }
      const registered = await fetch(new URL('/oauth/register', publicUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'Dashboard', ...metadata }),
      })
      const { client_id: clientId } = (await registered.json()) as { client_id: string }
      return clientId
    },
    async connect(password, options = {}) {
      const client = await connectOnce(hub.mqttPort, { username: 'ignored', password, ...options })
      clients.push(client)
      return client
    },
    stop,
    async restart() {
      const { httpPort, mqttPort = 0 } = hub
      await stop()
      hub = await start(httpPort, mqttPort)
      isStopped = false
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true)
      await stop()
      rmSync(data, { recursive: true })
    },
  }
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

export interface Made {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: string
  readonly password: string
}

/** As the owner does it: over the API, with a token of their own. */
export async function makeAppPassword(room: HubRoom, ...scopes: readonly string[]): Promise<Made> {
  const wanted = { name: 'Home Assistant', scopes }
  const response = await room.ask('POST', '/api/app-passwords', await room.accessToken(), wanted)
  if (response.status !== 201) throw new Error(`not made: ${await response.text()}`)
  return (await response.json()) as Made
}
