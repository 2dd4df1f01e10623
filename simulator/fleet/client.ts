// A light device at the authorization server: registration with its own key (RFC 7591), device authorization (RFC 8628), and tokens by
// private_key_jwt (RFC 7523 §2.2). What the product's device does, without its files.
import { webcrypto } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type DeviceId, type Kind, parseDeviceId } from '#contract/ids.ts'
import { decode } from '#contract/parse.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { Trouble } from './trouble.ts'

export interface Tokens {
  readonly accessToken: string
  readonly lifetime: Millis
  readonly refreshToken: string | undefined
}

export interface Asked {
  readonly deviceCode: string
  readonly userCode: string
  readonly lifetime: Millis
  readonly interval: Millis
}

export type Answer =
  | { readonly type: 'granted'; readonly tokens: Tokens }
  | { readonly type: 'authorization_pending' | 'slow_down' }

/** One OAuth client. Every request rejects with a `Trouble` where the hub says no or nothing. */
export interface DeviceClient {
  readonly id: DeviceId
  askForCode(): Promise<Asked>
  redeem(deviceCode: string): Promise<Answer>
  refresh(refreshToken: string): Promise<Tokens>
}

/** The hub as all devices of the fleet know it: its metadata is read once, for all of them. */
export interface AuthorizationServer {
  readonly mqttUrl: URL
  register(device: { readonly kind: Kind; readonly name: string; readonly signal: AbortSignal }): Promise<DeviceClient>
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const registered = v.object({ client_id: v.string() })
const metadata = v.object({ mqtt_endpoint: v.optional(v.pipe(v.string(), v.regex(/^(mqtts?|wss?):\/\//))) })

export async function findServer(issuer: URL): Promise<AuthorizationServer> {
  const common = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' }
  const server = await during('discovery', async () =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, common)),
  )

  return {
    mqttUrl: mqttUrlOf(issuer, server),
    async register({ kind, name, signal }) {
      const send = { ...common, signal }
      const { privateKey, publicKey } = await webcrypto.subtle.generateKey(ES256, false, ['sign', 'verify'])
      const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', publicKey)
      const id = await during('registration', async () => {
        const wanted = {
          client_name: name,
          device_kind: kind,
          jwks: { keys: [{ kty, crv, x, y }] },
        } as oauth.JsonObject
        const response = await oauth.dynamicClientRegistrationRequest(server, wanted, send)
        const client = await oauth.processDynamicClientRegistrationResponse(response)
        return parseDeviceId(decode(registered, client, 'the registration response').client_id, 'client_id')
      })
      const client: oauth.Client = { client_id: id }
      const authenticate = oauth.PrivateKeyJwt(privateKey)
      return {
        id,
        askForCode: () =>
          during('device authorization', async () => {
            const parameters = { scope: 'device', resource: AUDIENCE }
            const response = await oauth.deviceAuthorizationRequest(server, client, authenticate, parameters, send)
            const asked = await oauth.processDeviceAuthorizationResponse(server, client, response)
            return {
              deviceCode: asked.device_code,
              userCode: asked.user_code,
              lifetime: seconds(asked.expires_in),
              // "If no value is provided, clients MUST use 5 as the default." RFC 8628 §3.2
              interval: seconds(asked.interval ?? 5),
            }
          }),
        redeem: (deviceCode) =>
          during('token', async () => {
            const response = await oauth.deviceCodeGrantRequest(server, client, authenticate, deviceCode, send)
            try {
              return {
                type: 'granted',
                tokens: tokensOf(await oauth.processDeviceCodeResponse(server, client, response)),
              }
            } catch (error) {
              const code = error instanceof oauth.ResponseBodyError ? error.error : undefined
              if (code === 'authorization_pending' || code === 'slow_down') return { type: code }
              throw error
            }
          }),
        refresh: (refreshToken) =>
          during('refresh', async () => {
            const response = await oauth.refreshTokenGrantRequest(server, client, authenticate, refreshToken, send)
            return tokensOf(await oauth.processRefreshTokenResponse(server, client, response))
          }),
      }
    },
  }
}

const tokensOf = (response: oauth.TokenEndpointResponse): Tokens => ({
  accessToken: response.access_token,
  // RFC 6749 §5.1: expires_in is only recommended. Ten minutes is what our hub gives.
  lifetime: seconds(response.expires_in ?? 600),
  refreshToken: response.refresh_token,
})

/** Says of a failure at which step it was and what it was, in words that are the same for every device: they are counted. */
async function during<T>(step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof oauth.ResponseBodyError) throw new Trouble(step, `${cause.status} ${cause.error}`, { cause })
    throw new Trouble(step, reasonOf(cause), { cause })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { cause } = error
  if (cause instanceof Response) return `${cause.status}`
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}

/** Our extension to the metadata, or the WebSocket where the hub has no listener for devices. */
function mqttUrlOf(issuer: URL, server: oauth.AuthorizationServer): URL {
  const { mqtt_endpoint: endpoint } = decode(metadata, server, "the hub's metadata")
  if (endpoint !== undefined) return new URL(endpoint)
  const url = new URL('/mqtt', issuer)
  url.protocol = issuer.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}
