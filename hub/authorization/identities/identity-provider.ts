// One OpenID provider, and the hub as its client: Authorization Code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 9700 §2.1).
// Nothing of it is asked for before somebody presses its button.
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, type Millis, minutes, seconds } from '#contract/time.ts'
import { createBoundedFetch } from '../../bounded-fetch.ts'
import type { IdentityProviderSettings } from './settings.ts'

/** Who somebody is at a provider. By issuer and subject, and by nothing else, one is told from another (OpenID Connect Core §5.7). */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  /** What they are called there, for people to recognize; empty where the provider does not say. */
  readonly name: string
  /** When the provider last saw a proof of them; undefined where it does not say. */
  readonly authTime: Instant | undefined
}

/** What the browser is sent with, and comes back to. */
export interface Secrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export type IdentityProviderErrorCode =
  /** No answer, or one that is none. */
  | 'unreachable'
  /** It answers, and not as the settings here say: to try again is of no use, to change them is. */
  | 'not_set_up'
  /** The provider, or the person there, said no. */
  | 'refused'
  /** What came is not from this provider, not for this hub, or not for this browser. */
  | 'not_believed'

export class IdentityProviderError extends Error {
  override readonly name = 'IdentityProviderError'
  readonly code: IdentityProviderErrorCode

  constructor(code: IdentityProviderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface IdentityProvider extends Pick<IdentityProviderSettings, 'id' | 'name' | 'confirms'> {
  /** Whether an identity of this issuer is one that this provider tells of. */
  mayTellOf(issuer: string): boolean
  /** Where to send the browser. `ask` says that the person has to prove themselves again, or at least choose who they are. */
  begin(secrets: Secrets, ask: boolean): Promise<URL>
  /** Who came back, from the query of the callback. Throws an `IdentityProviderError`. */
  finish(query: URLSearchParams, secrets: Secrets): Promise<Identity>
}

/** A person waits. Metadata, keys and tokens have a few kilobytes. */
const BOUNDS = { within: seconds(8), mostBytes: 256 * 1024 }
/** Metadata changes rarely, and keys are fetched anew by themselves. */
const KEPT_FOR = minutes(60)
/** OpenID Connect Core §2. */
const LONGEST_SUBJECT = 255
const LONGEST_NAME = 100

/**
 * Microsoft's `common` and `organizations` are many issuers behind one address: the metadata names `{tenantid}`, and the ID token's `tid`
 * says which it is (Microsoft identity platform, "Validate the issuer").
 */
const SHARED = /^\/(?:common|organizations)\/v2\.0\/?$/
const TENANT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const tenantOf = (issuer: URL, tenant: string): URL => new URL(`/${tenant}/v2.0`, issuer)

export function createIdentityProvider(options: {
  readonly settings: IdentityProviderSettings
  readonly publicUrl: URL
  readonly clock: Clock
}): IdentityProvider {
  const { settings, publicUrl, clock } = options
  const { id, name, issuer, confirms } = settings
  const redirectUri = redirectUriOf(publicUrl, id)
  const client: oauth.Client = { client_id: settings.clientId }
  const proof = clientProof(settings)
  const isPlain = issuer.protocol === 'http:'
  const asking = {
    [oauth.customFetch]: createBoundedFetch({ clock, ...BOUNDS }),
    [oauth.allowInsecureRequests]: isPlain,
  }
  const isShared = SHARED.test(issuer.pathname)
  let known: { readonly server: oauth.AuthorizationServer; readonly at: Millis } | undefined
  let running: Promise<oauth.AuthorizationServer> | undefined

  const ask = async (): Promise<oauth.AuthorizationServer> => {
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...asking })
    const server = await oauth.processDiscoveryResponse(isShared ? tenantOf(issuer, '{tenantid}') : issuer, response)
    known = { server, at: clock.uptime() }
    return server
  }
  /** Everybody who asks at the same moment waits for one answer. An old one is better than none. */
  const discover = async (): Promise<oauth.AuthorizationServer> => {
    if (known !== undefined && clock.uptime() - known.at < KEPT_FOR) return known.server
    running ??= ask().finally(() => {
      running = undefined
    })
    try {
      return await running
    } catch (error) {
      if (known !== undefined) return known.server
      throw toDiscoveryError(settings, error)
    }
  }

  return {
    ...{ id, name, confirms },
    mayTellOf: (told) =>
      isShared
        ? TENANT.test(told.split('/')[3] ?? '') && told === tenantOf(issuer, told.split('/')[3] ?? '').href
        : URL.canParse(told) && new URL(told).href === issuer.href,

    async begin({ state, nonce, verifier }, again) {
      const { authorization_endpoint: endpoint = '' } = await discover()
      const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
      if (url === undefined || (url.protocol !== 'https:' && !(isPlain && url.protocol === 'http:'))) {
        throw new IdentityProviderError('unreachable', 'its metadata names no place to send anybody to')
      }
      const wanted = {
        ...{ client_id: settings.clientId, redirect_uri: redirectUri, response_type: 'code' },
        ...{ scope: settings.scopes.join(' '), state, nonce },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(again && (confirms ? { prompt: 'login', max_age: '0' } : { prompt: 'select_account' })),
      }
      for (const [key, value] of Object.entries(wanted)) url.searchParams.set(key, value)
      return url
    },

    async finish(query, { state, nonce, verifier }) {
      const server = await discover()
      try {
        // Its `iss` is looked at first (RFC 9207): an answer of another provider is never taken to this one (RFC 9700 §4.4).
        const callback = oauth.validateAuthResponse(server, client, query, state)
        const exchange = [server, client, proof, callback, redirectUri, verifier, asking] as const
        const response = await oauth.authorizationCodeGrantRequest(...exchange)
        if (response.status >= 500) throw unreachable(name, new Error(`it answered ${response.status}`))
        const itself = isShared ? await asTenant(server, response, issuer) : server
        const tokens = await oauth.processAuthorizationCodeResponse(itself, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        })
        // Core §3.1.3.7 would do without over TLS. Not here: whoever stands in between then also needs the provider's key.
        await oauth.validateApplicationLevelSignature(itself, response, asking)
        return toIdentity(oauth.getValidatedIdTokenClaims(tokens), settings.clientId)
      } catch (error) {
        throw toError(name, error)
      }
    },
  }
}

/** To be registered at the provider, as it is. */
const redirectUriOf = (publicUrl: URL, id: string): string => new URL(`/sign-in/with/${id}/callback`, publicUrl).href

function clientProof({ tokenEndpointAuth, clientSecret = '' }: IdentityProviderSettings): oauth.ClientAuth {
  switch (tokenEndpointAuth) {
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(clientSecret)
    case 'client_secret_post':
      return oauth.ClientSecretPost(clientSecret)
    case 'none':
      return oauth.None()
  }
}

/** The issuer that this answer must be of. The token is believed in nothing but which tenant to hold it to. */
async function asTenant(server: oauth.AuthorizationServer, response: Response, issuer: URL) {
  const { id_token: token } = (await response.clone().json()) as { id_token?: unknown }
  const { tid } = decodeJwt(typeof token === 'string' ? token : '')
  if (typeof tid !== 'string' || !TENANT.test(tid)) {
    throw new IdentityProviderError('not_believed', 'its ID token names no tenant')
  }
  return { ...server, issuer: tenantOf(issuer, tid).href }
}

function toIdentity(claims: oauth.IDToken | undefined, clientId: string): Identity {
  if (claims === undefined) throw new IdentityProviderError('not_believed', 'it sent no ID token')
  const { iss, sub, azp, auth_time: authTime } = claims
  if (azp !== undefined && azp !== clientId) {
    throw new IdentityProviderError('not_believed', 'its ID token was made for another program')
  }
  if (sub === '' || sub.length > LONGEST_SUBJECT) {
    throw new IdentityProviderError('not_believed', 'its ID token names nobody')
  }
  const called = [claims.name, claims.preferred_username, claims.email].find((each) => typeof each === 'string')
  return {
    ...{ issuer: iss, subject: sub, name: tidy(called ?? '').slice(0, LONGEST_NAME) },
    authTime: authTime === undefined ? undefined : instant(authTime * 1000),
  }
}

const LONGEST_REASON = 200
/** One line of somebody else's text. */
const tidy = (text: unknown): string => (typeof text === 'string' ? text.replace(/\p{C}+/gu, ' ').trim() : '')
const told = (code: string, description: unknown): string => {
  const words = tidy(description).slice(0, LONGEST_REASON)
  return words === '' ? tidy(code).slice(0, LONGEST_REASON) : words
}

const unreachable = (name: string, cause: unknown): IdentityProviderError =>
  cause instanceof IdentityProviderError
    ? cause
    : new IdentityProviderError('unreachable', `${name} does not answer`, { cause })

function toDiscoveryError({ name, issuer }: IdentityProviderSettings, error: unknown): IdentityProviderError {
  if (!(error instanceof oauth.OperationProcessingError)) return unreachable(name, error)
  const { cause } = error
  if (cause instanceof Response && cause.status >= 500)
    return unreachable(name, new Error(`it answered ${cause.status}`))
  return new IdentityProviderError('not_set_up', faultOf(issuer, error))
}

/** Which setting is wrong, for the log. */
function faultOf(issuer: URL, { code, cause }: oauth.OperationProcessingError): string {
  if (code === oauth.JSON_ATTRIBUTE_COMPARISON) {
    const { issuer: itself } = (cause as { readonly body: oauth.JsonObject }).body
    return `its issuer is ${JSON.stringify(tidy(itself).slice(0, LONGEST_REASON))}: write it so in the settings`
  }
  const found =
    cause instanceof Response ? `${cause.status} ${cause.headers.get('content-type') ?? ''}`.trim() : 'no metadata'
  const place = `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`
  return `there is no OpenID provider at its issuer, as ${place} must hold its metadata: got ${tidy(found)}`
}

function toError(name: string, error: unknown): IdentityProviderError {
  if (error instanceof IdentityProviderError) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    return new IdentityProviderError('refused', told(error.error, error.error_description), { cause: error })
  }
  if (error instanceof oauth.ResponseBodyError) {
    return new IdentityProviderError('refused', told(error.error, error.error_description), { cause: error })
  }
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return new IdentityProviderError('not_believed', error.message, { cause: error })
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new IdentityProviderError('refused', 'it does not know this hub', { cause: error })
  }
  return unreachable(name, error)
}
