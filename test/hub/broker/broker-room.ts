// The broker room alone: a real broker on a real disk, tokens signed by a real key, connections over loopback.
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type mqtt from 'mqtt'
import { type DeviceId, parseDeviceId } from '#contract/ids.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import { createVerifier } from '../../../hub/authorization/access-token.ts'
import { createProofs } from '../../../hub/authorization/dpop.ts'
import { createAdmission } from '../../../hub/broker/admission.ts'
import { type Broker, startBroker } from '../../../hub/broker/broker.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { quiet } from '../../quiet.ts'
import { connectOnce } from '../connect.ts'

export const ISSUER = new URL('http://localhost:8080')
export const THERMOSTAT = parseDeviceId('thermostat-k3f9ab', 'the test')
export const PANEL = parseDeviceId('security-k3f9ab', 'the test')
export const OWNER_SCOPES = 'home:read climate:control toaster:control security:arm security:disarm home:admin'

export interface BrokerRoom extends AsyncDisposable {
  readonly broker: Broker
  readonly clock: VirtualClock
  readonly revoked: Set<string>
  token(claims: JWTPayload & { client_id: string }, header?: object): Promise<string>
  deviceToken(device: DeviceId, claims?: JWTPayload): Promise<string>
  personToken(claims?: JWTPayload): Promise<string>
  /** Rejects when the broker refuses. Ended with the room. */
  connect(options: mqtt.IClientOptions): Promise<mqtt.MqttClient>
  /** Stops the broker and starts it again on the same disk. */
  restart(): Promise<void>
}

export async function openBrokerRoom(): Promise<BrokerRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' }] }
  // Tokens and the broker live in the same time; it moves only when a test moves it.
  const clock = new VirtualClock()
  const revoked = new Set<string>()
  const isGrantAlive = (grantId: string) => !revoked.has(grantId)
  const verifier = createVerifier({ issuer: ISSUER, keys: createLocalJWKSet(keys), isGrantAlive, clock })
  const admission = createAdmission(verifier, createProofs(clock))
  const open = () => startBroker({ folder: join(folder, 'broker'), admission, publicUrl: ISSUER, clock, log: quiet })
  let broker = await open()
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    broker.handle(socket, 'loopback')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clients: mqtt.MqttClient[] = []
  const now = () => Math.floor(clock.now() / 1000)

  const token: BrokerRoom['token'] = (claims, header = {}) =>
    new SignJWT({
      iss: ISSUER.origin,
      aud: AUDIENCE,
      sub: 'robin',
      grant_id: 'g-1',
      iat: now(),
      exp: now() + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k', ...header })
      .sign(privateKey)

  return {
    get broker() {
      return broker
    },
    clock,
    revoked,
    token,
    deviceToken: (device, claims = {}) => token({ client_id: device, scope: 'device', ...claims }),
    personToken: (claims = {}) => token({ client_id: 'latchkey-page', scope: OWNER_SCOPES, role: 'owner', ...claims }),
    async connect(options) {
      const client = await connectOnce(port, { keepalive: 0, ...options })
      clients.push(client)
      return client
    },
    async restart() {
      await broker[Symbol.asyncDispose]()
      broker = await open()
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true)
      await broker[Symbol.asyncDispose]()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

/** What a client receives, by topic. */
export function hearing(client: mqtt.MqttClient): { topic: string; payload: string; retain: boolean }[] {
  const heard: { topic: string; payload: string; retain: boolean }[] = []
  client.on('message', (topic, payload, { retain }) => heard.push({ topic, payload: payload.toString(), retain }))
  return heard
}

export const closed = (client: mqtt.MqttClient): Promise<void> =>
  new Promise((resolve) => (client.stream.destroyed ? resolve() : client.once('close', () => resolve())))
