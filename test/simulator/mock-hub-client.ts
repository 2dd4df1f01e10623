// A device that is built with libraries nobody here wrote: openid-client and mqtt.js.
import mqtt from 'mqtt'
import * as client from 'openid-client'
import type { MockHub } from '../../simulator/mock-hub.ts'

export interface ForeignDevice {
  readonly id: string
  readonly config: client.Configuration
}

/** Registers a thermostat by RFC 7591, with a key of its own. */
export async function registerDevice({ issuer }: Pick<MockHub, 'issuer'>): Promise<ForeignDevice> {
  const keys = await client.randomDPoPKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  const config = await client.dynamicClientRegistration(
    issuer,
    { client_name: 'Hall', device_kind: 'thermostat', jwks: { keys: [{ kty, crv, x, y }] } },
    client.PrivateKeyJwt(keys.privateKey),
    { execute: [client.allowInsecureRequests] },
  )
  return { id: String(config.clientMetadata().client_id), config }
}

export const askForCode = ({ config }: ForeignDevice) => client.initiateDeviceAuthorization(config, { scope: 'device' })
type Asked = Awaited<ReturnType<typeof askForCode>>

/** One poll at once, and as many more as the library makes by itself. */
export const poll = ({ config }: ForeignDevice, asked: Asked, interval = 0) =>
  client.pollDeviceAuthorizationGrant(config, { ...asked, interval })

export async function pairDevice(hub: MockHub) {
  const device = await registerDevice(hub)
  const asked = await askForCode(device)
  await hub.approve(asked.user_code)
  const tokens = await poll(device, asked)
  return { ...device, tokens }
}

/** Connects as the device; the first failure is thrown, as mqtt.js says it. */
export async function connectDevice(
  url: URL,
  { id, tokens }: { readonly id: string; readonly tokens: { readonly access_token: string } },
  options: mqtt.IClientOptions = {},
) {
  const settings: mqtt.IClientOptions = {
    ...{ protocolVersion: 4, clientId: id, username: id, password: tokens.access_token, reconnectPeriod: 0 },
    ...options,
  }
  const connection = await mqtt.connectAsync(url.href, settings, false)
  // Its end is what a test asks for.
  connection.on('error', () => {})
  return Object.assign(connection, {
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => connection.end(true, {}, () => resolve())),
  })
}
