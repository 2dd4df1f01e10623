// The device's authorization server, its hub or any other: every request it makes, validated by oauth4webapi.
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { createDeviceId, type DeviceId, type Kind, parseDeviceId } from '#contract/ids.ts'
import { decode } from '#contract/parse.ts'
import { readBrokerUrl } from '#contract/settings.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { reasonOf } from '../reason.ts'
import type { Server } from '../server.ts'
import { type Answer, answerOf } from './answer.ts'
import { authenticationFor, authorizationParameters, type ClientIdentity } from './client.ts'
import { type ClientKey, publicHalf } from './client-key.ts'
import { createBinding, withNonce } from './dpop.ts'

/** What a person needs to let the device in (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  readonly lifetime: Millis
  readonly interval: Millis | undefined
}

export interface HubClient {
  readonly server: Server
  /** Where its broker is: `mqtt:`, `mqtts:`, `ws:` or `wss:`. */
  readonly mqttUrl: URL
  /** Whether it registers its devices and names them; otherwise `register` makes a name without asking. */
  readonly registers: boolean
  register(kind: Kind, name: string): Promise<DeviceId>
  authorize(device: DeviceId): Promise<DeviceAuthorization>
  redeem(device: DeviceId, deviceCode: string): Promise<Answer>
  refresh(device: DeviceId, refreshToken: string): Promise<Answer>
  /** Gives a grant back (RFC 7009): the hub puts the device out at once, wherever it is connected. Rejects where it has not heard it. */
  revoke(device: DeviceId, refreshToken: string): Promise<void>
  /** Where tokens are bound to our key: what proves that one is ours, to a broker at a WebSocket. */
  readonly proofFor: ((accessToken: string, broker: URL) => Promise<string>) | undefined
}

/** A skew that a client assertion survives: oidc-provider tolerates 15 s. */
const HARMLESS_SKEW = seconds(5)

const registered = v.object({ client_id: v.string() })
/** Our extension to the metadata (RFC 8414 §2): where the broker listens besides WebSocket. */
const metadata = v.object({ mqtt_endpoint: v.optional(v.pipe(v.string(), v.regex(/^(mqtts?|wss?):\/\//))) })

/** Shown on terminals, displays and in a QR: nothing but what a person can read and type. */
const userCode = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e][\x20-\x7e]{0,31}$/, 'the user code must be up to 32 printable letters'),
)
const address = v.pipe(
  v.string(),
  v.maxLength(512, 'the verification address must be short'),
  v.regex(/^https?:\/\/[\x21-\x7e]+$/, 'the verification address must be one of the web'),
)

/** Reads the server's metadata (RFC 8414). Rejects when there is none, or when it is not the one that was asked for. */
export async function findHub(options: {
  readonly server: Server
  readonly identity: ClientIdentity
  readonly key: ClientKey
  /** For the name of a device that the server does not name. */
  readonly random: () => number
}): Promise<HubClient> {
  const { server: place, identity, key, random } = options
  const { issuer, http } = place
  const send = {
    [oauth.customFetch]: http.fetch,
    // Plain HTTP never leaves the machine, see config.ts.
    [oauth.allowInsecureRequests]: issuer.protocol === 'http:',
  }
  const server = await discover(issuer, send).catch((cause: unknown) => {
    throw new Error(`${issuer.href.replace(/\/$/, '')}: ${whyNone(cause, place)}`, { cause })
  })
  const authentication = await authenticationFor(identity, key, server)
  const binding = identity.type === 'given' && identity.dpop ? await createBinding(key, http.skew()) : undefined
  const sendBound = { ...send, ...(binding && { DPoP: binding.handle }) }

  // Whole seconds, as JWT times are here; below that it is the network and not the clock.
  const clientOf = (device: DeviceId): oauth.Client => ({
    client_id: identity.type === 'given' ? identity.clientId : device,
    [oauth.clockSkew]: Math.abs(http.skew()) < HARMLESS_SKEW ? 0 : Math.round(http.skew() / 1000),
  })
  /**
   * Runs a token request. `invalid_client` may only mean that our clock was wrong when the assertion was signed: the answer has
   * just told the right time, so it is asked once more before anybody believes it.
   */
  const ask = async (request: () => Promise<oauth.TokenEndpointResponse>): Promise<Answer> => {
    const skewBefore = http.skew()
    const askOnce = () => answerOf(() => withNonce(request))
    const answer = await askOnce()
    const clockWasWrong = Math.abs(http.skew() - skewBefore) > HARMLESS_SKEW
    const doubtful = answer.type === 'refused' && answer.error === 'invalid_client' && clockWasWrong
    return doubtful ? askOnce() : answer
  }

  return {
    server: place,
    mqttUrl: mqttUrlOf(issuer, server),
    proofFor: binding?.proofFor,
    registers: identity.type === 'registers',

    async register(kind, name) {
      // A server that knows its client already leaves the device's own name to it.
      if (identity.type === 'given') return identity.device ?? createDeviceId(kind, random)
      const wanted = { client_name: name, device_kind: kind, jwks: { keys: [publicHalf(key)] } }
      const response = await oauth.dynamicClientRegistrationRequest(server, wanted, send)
      const client = await oauth.processDynamicClientRegistrationResponse(response)
      return parseDeviceId(decode(registered, client, 'the registration response').client_id, 'client_id')
    },

    async authorize(device) {
      const client = clientOf(device)
      const parameters = authorizationParameters(identity)
      const response = await oauth.deviceAuthorizationRequest(server, client, authentication, parameters, send)
      const granted = await oauth.processDeviceAuthorizationResponse(server, client, await asStandard(response))
      const { user_code, verification_uri, verification_uri_complete } = granted
      return {
        deviceCode: granted.device_code,
        userCode: v.parse(userCode, user_code),
        verificationUri: v.parse(address, verification_uri),
        verificationUriComplete: verification_uri_complete && v.parse(address, verification_uri_complete),
        lifetime: seconds(granted.expires_in),
        interval: granted.interval === undefined ? undefined : seconds(granted.interval),
      }
    },

    redeem: (device, deviceCode) =>
      ask(async () => {
        const client = clientOf(device)
        const response = await oauth.deviceCodeGrantRequest(server, client, authentication, deviceCode, sendBound)
        return oauth.processDeviceCodeResponse(server, client, response)
      }),

    refresh: (device, refreshToken) =>
      ask(async () => {
        const client = clientOf(device)
        const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, sendBound)
        return oauth.processRefreshTokenResponse(server, client, response)
      }),

    async revoke(device, refreshToken) {
      const hinted = { ...send, additionalParameters: { token_type_hint: 'refresh_token' } }
      const response = await oauth.revocationRequest(server, clientOf(device), authentication, refreshToken, hinted)
      await oauth.processRevocationResponse(response)
    },
  }
}

/** OpenID Connect's place first; a server that knows only OAuth has the other (RFC 8414 §5). */
async function discover(issuer: URL, send: oauth.DiscoveryRequestOptions): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(issuer, send)
  if (response.status !== 404) return oauth.processDiscoveryResponse(issuer, response)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...send, algorithm: 'oauth2' }))
}

/** Why there is no server, for whoever wrote the address down. */
function whyNone(error: unknown, place: Server): string {
  if (!(error instanceof oauth.OperationProcessingError)) return reasonOf(error, place)
  const { code, cause } = error
  if (code === oauth.JSON_ATTRIBUTE_COMPARISON) return 'it calls itself otherwise: name it as it names itself'
  const status = typeof cause === 'object' && cause !== null && 'status' in cause ? Number(cause.status) : 200
  if (status >= 500) return `it answers with ${status}: something is wrong there`
  return `it answers with ${status}, but neither as a hub nor as another OAuth server: look at the address`
}

/** Google answers as a draft of RFC 8628 had it: `verification_url`. */
async function asStandard(response: Response): Promise<Response> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  if (typeof body !== 'object' || body === null || 'verification_uri' in body || !('verification_url' in body)) {
    return response
  }
  const { verification_url: verification_uri, ...rest } = body
  const { status, headers } = response
  return new Response(JSON.stringify({ ...rest, verification_uri }), { status, headers: [...headers] })
}

function mqttUrlOf(issuer: URL, server: oauth.AuthorizationServer): URL {
  const { mqtt_endpoint: endpoint } = decode(metadata, server, "the hub's metadata")
  // A token in the clear never leaves the machine, whatever the metadata says.
  if (endpoint !== undefined) return readBrokerUrl(endpoint, "the hub's mqtt_endpoint")
  const url = new URL('/mqtt', issuer)
  url.protocol = issuer.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}
