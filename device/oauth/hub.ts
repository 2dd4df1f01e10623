// The hub as this device's authorization server: every request it makes, validated by oauth4webapi.
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type DeviceId, type Kind, parseDeviceId } from '#contract/ids.ts'
import { decode } from '#contract/parse.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { type Answer, answerOf } from './answer.ts'
import { type ClientKey, importSigningKey, publicHalf } from './client-key.ts'
import type { Http } from './http.ts'

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
  /** Where its broker is: `mqtt:`, `mqtts:`, `ws:` or `wss:`. */
  readonly mqttUrl: URL
  register(kind: Kind, name: string): Promise<DeviceId>
  authorize(device: DeviceId): Promise<DeviceAuthorization>
  redeem(device: DeviceId, deviceCode: string): Promise<Answer>
  refresh(device: DeviceId, refreshToken: string): Promise<Answer>
}

/** A skew that a client assertion survives: oidc-provider tolerates 15 s. */
const HARMLESS_SKEW = seconds(5)

const registered = v.object({ client_id: v.string() })
/** Our extension to the metadata (RFC 8414 §2): where the broker listens besides WebSocket. */
const metadata = v.object({ mqtt_endpoint: v.optional(v.pipe(v.string(), v.regex(/^(mqtts?|wss?):\/\//))) })

/** Reads the hub's metadata (RFC 8414). Rejects when there is no hub, or when it is not the one that was asked for. */
export async function findHub(options: {
  readonly issuer: URL
  readonly key: ClientKey
  readonly http: Http
}): Promise<HubClient> {
  const { issuer, key, http } = options
  const send = {
    [oauth.customFetch]: http.fetch,
    // Plain HTTP never leaves the machine, see config.ts.
    [oauth.allowInsecureRequests]: issuer.protocol === 'http:',
  }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, send))
  const signingKey = await importSigningKey(key)

  // Whole seconds, as JWT times are here; below that it is the network and not the clock.
  const clientOf = (id: string): oauth.Client => ({
    client_id: id,
    [oauth.clockSkew]: Math.abs(http.skew()) < HARMLESS_SKEW ? 0 : Math.round(http.skew() / 1000),
  })
  const authenticate = () => oauth.PrivateKeyJwt(signingKey)

  /**
   * Runs a token request. `invalid_client` may only mean that our clock was wrong when the assertion was signed: the answer has
   * just told the right time, so it is asked once more before anybody believes it.
   */
  const ask = async (request: () => Promise<oauth.TokenEndpointResponse>): Promise<Answer> => {
    const skewBefore = http.skew()
    const answer = await answerOf(request)
    const clockWasWrong = Math.abs(http.skew() - skewBefore) > HARMLESS_SKEW
    const doubtful = answer.type === 'refused' && answer.error === 'invalid_client' && clockWasWrong
    return doubtful ? answerOf(request) : answer
  }

  return {
    mqttUrl: mqttUrlOf(issuer, server),

    async register(kind, name) {
      const wanted = { client_name: name, device_kind: kind, jwks: { keys: [publicHalf(key)] } }
      const response = await oauth.dynamicClientRegistrationRequest(server, wanted, send)
      const client = await oauth.processDynamicClientRegistrationResponse(response)
      return parseDeviceId(decode(registered, client, 'the registration response').client_id, 'client_id')
    },

    async authorize(device) {
      const client = clientOf(device)
      const parameters = { scope: 'device', resource: AUDIENCE }
      const response = await oauth.deviceAuthorizationRequest(server, client, authenticate(), parameters, send)
      const granted = await oauth.processDeviceAuthorizationResponse(server, client, response)
      return {
        deviceCode: granted.device_code,
        userCode: granted.user_code,
        verificationUri: granted.verification_uri,
        verificationUriComplete: granted.verification_uri_complete,
        lifetime: seconds(granted.expires_in),
        interval: granted.interval === undefined ? undefined : seconds(granted.interval),
      }
    },

    redeem: (device, deviceCode) =>
      ask(async () => {
        const client = clientOf(device)
        const response = await oauth.deviceCodeGrantRequest(server, client, authenticate(), deviceCode, send)
        return oauth.processDeviceCodeResponse(server, client, response)
      }),

    refresh: (device, refreshToken) =>
      ask(async () => {
        const client = clientOf(device)
        const response = await oauth.refreshTokenGrantRequest(server, client, authenticate(), refreshToken, send)
        return oauth.processRefreshTokenResponse(server, client, response)
      }),
  }
}

function mqttUrlOf(issuer: URL, server: oauth.AuthorizationServer): URL {
  const { mqtt_endpoint: endpoint } = decode(metadata, server, "the hub's metadata")
  if (endpoint !== undefined) return new URL(endpoint)
  const url = new URL('/mqtt', issuer)
  url.protocol = issuer.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}
