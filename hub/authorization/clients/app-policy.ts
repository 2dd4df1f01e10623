// What a program that is no device may be registered as (RFC 7591). It chooses its flows among those that are offered; what it may ask
// for was decided by the owner who made its registration token.
import { type ClientMetadata, errors } from 'oidc-provider'
import * as v from 'valibot'
import { isDeviceName } from '#contract/ids.ts'
import { isScope, parseScopes, type Scope } from '#contract/scopes.ts'
import { DEVICE_GRANT } from '../devices/device-policy.ts'
import type { LegacyFlow } from '../flows/legacy.ts'
import type { Allowance } from './registration-tokens.ts'

/** Home's scopes of a client. Apart from OpenID's in `scope`, as the library holds every one in that for its own. */
export const HOME_SCOPE_PROPERTY = 'home_scope'

/** The library's own scopes; those of the home belong to the resource server. */
export const OPENID_SCOPES = ['openid', 'profile', 'offline_access'] as const

/** The most that a client which is no device may have of the home. */
export const scopesOfApp = (client: { readonly [property: string]: unknown }): readonly Scope[] =>
  parseScopes(String(client[HOME_SCOPE_PROPERTY] ?? ''))

const refused = (description: string) => new errors.InvalidClientMetadata(description)

/** Free text that a person reads before they say yes: short, one line, nothing that could pass for something else, as a device's. */
const appName = v.pipe(v.string(), v.trim(), v.check(isDeviceName))

const switchedOff = (flow: LegacyFlow) => `this hub has it switched off (LATCHKEY_LEGACY_FLOWS=${flow})`

const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
const GRANTS = ['authorization_code', 'implicit', 'client_credentials', 'refresh_token', 'password']

/** A hub that fetches what a stranger names can be sent anywhere in the household's network. */
const FETCHED = ['jwks_uri', 'sector_identifier_uri', 'initiate_login_uri', 'request_uris']

/** Kept as they come: the library checks them. */
const PASSED_ON = [
  'client_id',
  'client_id_issued_at',
  'client_secret',
  'client_secret_expires_at',
  'jwks',
  'token_endpoint_auth_signing_alg',
  'id_token_signed_response_alg',
  'default_max_age',
  'require_auth_time',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'dpop_bound_access_tokens',
  'require_pushed_authorization_requests',
]

/** Replaces the metadata by what the policy makes of it. Throws `invalid_client_metadata` or `invalid_redirect_uri`. */
export function applyAppPolicy(
  metadata: ClientMetadata,
  allowance: Allowance,
  household: {
    readonly legacyFlows: readonly LegacyFlow[]
    readonly isOwnAddress: (url: URL) => boolean
  },
): void {
  const { legacyFlows, isOwnAddress } = household
  const fetched = FETCHED.find((key) => metadata[key] !== undefined)
  if (fetched !== undefined) throw refused(`${fetched} is not fetched: send what it holds, a key set as jwks`)
  const name = v.safeParse(appName, metadata.client_name)
  if (!name.success) throw refused('client_name must be 1 to 48 letters, digits and spaces on one line')
  const type = metadata.application_type ?? 'web'
  if (type !== 'web' && type !== 'native') throw refused('application_type must be web or native')
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  if (!AUTH_METHODS.includes(method))
    throw refused(`token_endpoint_auth_method must be one of ${AUTH_METHODS.join(', ')}`)
  const grants = readList(metadata.grant_types, 'grant_types') ?? ['authorization_code']
  // Who is let in by a code is shown to people as a device, of one of the kinds.
  if (grants.includes(DEVICE_GRANT)) {
    throw refused(
      'grant_types must not hold the device grant: a device registers with its device_kind, without a token',
    )
  }
  const unknown = grants.find((grant) => !GRANTS.includes(grant))
  if (unknown !== undefined) throw refused(`grant_types holds ${JSON.stringify(unknown)}, which is not offered`)
  if (grants.includes('password') && !legacyFlows.includes('password')) {
    throw refused(`grant_types must not hold "password": ${switchedOff('password')}`)
  }
  if (grants.includes('password') && !allowance.password) {
    throw refused('grant_types must not hold "password": the owner has not allowed it for this program')
  }
  if (grants.includes('client_credentials') && method === 'none') {
    throw refused('a program that acts for itself must prove who it is: use a client secret or private_key_jwt')
  }
  // The default is the code (RFC 7591 §2), but for who has no use for it.
  const responseTypes = (readList(metadata.response_types, 'response_types') ?? ['code']).filter(
    (each) => each !== 'code' || grants.includes('authorization_code'),
  )
  if (responseTypes.includes('id_token token') && !legacyFlows.includes('implicit-token')) {
    throw refused(`response_types must not hold "id_token token": ${switchedOff('implicit-token')}`)
  }
  const redirects = readList(metadata.redirect_uris, 'redirect_uris') ?? []
  const afterLogout = readList(metadata.post_logout_redirect_uris, 'post_logout_redirect_uris')
  // The library makes it invalid_redirect_uri by its first word.
  refuseFaulty('redirect_uris', redirects, type)
  refuseFaulty('post_logout_redirect_uris', afterLogout ?? [], type)
  checkLogout(metadata.backchannel_logout_uri, redirects, isOwnAddress)
  const { home, openid } = readScope(metadata, allowance)
  const kept = Object.fromEntries(
    PASSED_ON.flatMap((key) => (metadata[key] === undefined ? [] : [[key, metadata[key]]])),
  )
  for (const key of Object.keys(metadata)) delete metadata[key]
  Object.assign(metadata, kept, {
    client_name: name.output,
    application_type: type,
    redirect_uris: redirects,
    ...(afterLogout !== undefined && { post_logout_redirect_uris: afterLogout }),
    response_types: responseTypes,
    grant_types: grants,
    token_endpoint_auth_method: method,
    scope: openid.join(' '),
    [HOME_SCOPE_PROPERTY]: home.join(' '),
    // What is handed over in a URL stays in histories and logs: an ID token goes in the body of a form (OAuth 2.0 Form Post
    // Response Mode). The code may, as it is of no use without its verifier.
    response_modes: responseTypes.some((each) => each.includes('id_token')) ? ['form_post', 'query'] : undefined,
  })
  if (metadata.response_modes === undefined) delete metadata.response_modes
}

function readList(input: unknown, key: string): string[] | undefined {
  if (input === undefined) return undefined
  const read = v.safeParse(v.array(v.pipe(v.string(), v.maxLength(512))), input)
  if (!read.success || read.output.length > 16) throw refused(`${key} must be a list of at most 16 short texts`)
  return [...new Set(read.output)]
}

function refuseFaulty(key: string, uris: readonly string[], type: 'web' | 'native'): void {
  const wrong = uris.map((uri) => faultOf(uri, type)).find((fault) => fault !== undefined)
  if (wrong !== undefined) throw refused(`${key} holds one that ${wrong}`)
}

/** RFC 8252 §7.3. */
const isLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** Exact matches only (RFC 9700 §2.1), and nothing that another program on the same machine could take for itself without asking. */
function faultOf(uri: string, type: 'web' | 'native'): string | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined) return 'is no absolute URI'
  if (url.username !== '' || url.password !== '') return 'holds a user name or password'
  if (/[\s\\*]/.test(uri)) return 'holds a space, a backslash or a wildcard'
  if (uri.includes('#')) return 'holds a fragment'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:') {
    return isLoopback(url) ? undefined : 'is plain http and not on the loopback interface (RFC 8252 §7.3)'
  }
  if (type === 'web') return 'is neither https nor on the loopback interface'
  if (!url.protocol.includes('.')) return 'has a scheme that is not a reversed domain name (RFC 8252 §7.1)'
  return undefined
}

/** The one address that the hub itself calls: it must be where the program's people are sent anyway, or it could be anything in the house. */
function checkLogout(uri: unknown, redirects: readonly string[], isOwnAddress: (url: URL) => boolean): void {
  if (uri === undefined) return
  const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))) {
    throw refused('backchannel_logout_uri must be https, or on the loopback interface')
  }
  if (!redirects.some((each) => new URL(each).hostname === url.hostname)) {
    throw refused('backchannel_logout_uri must be on the host of one of redirect_uris')
  }
  if (isOwnAddress(url)) throw refused('backchannel_logout_uri must not be an address of the hub itself')
}

function readScope(metadata: ClientMetadata, { scopes }: Allowance) {
  if (metadata.scope !== undefined && typeof metadata.scope !== 'string') {
    throw refused('scope must be one text, with a space between two')
  }
  const asked = metadata.scope?.split(' ') ?? ['openid', 'profile', 'offline_access', ...scopes]
  const named = OPENID_SCOPES.filter((scope) => asked.includes(scope))
  // The library refuses an empty list, and takes none for all of them: who names none gets the one that tells the least.
  const openid = named.length > 0 ? named : ['openid']
  const home: readonly Scope[] = asked.filter(isScope)
  const beyond = home.filter((scope) => !scopes.includes(scope))
  if (beyond.length > 0) {
    throw refused(`scope holds more than the owner has allowed for this program: leave out ${beyond.join(', ')}`)
  }
  const strange = asked.find(
    (scope) => scope !== '' && !isScope(scope) && !OPENID_SCOPES.some((known) => known === scope),
  )
  if (strange !== undefined) throw refused(`scope holds ${JSON.stringify(strange)}, which is not known here`)
  return { home, openid }
}
