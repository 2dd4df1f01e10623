// The endpoints that devices and programs ask without a browser: those that can be told how to answer.

const PATHS = {
  metadata: ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
  jwks: ['/oauth/jwks'],
  registration: ['/oauth/register'],
  device_authorization: ['/oauth/device_authorization'],
  token: ['/oauth/token'],
  revocation: ['/oauth/revoke'],
  userinfo: ['/oauth/userinfo'],
} as const

/**
 * `metadata` is RFC 8414 and OpenID Connect Discovery, `jwks` RFC 7517 §5, `registration` RFC 7591 §3, `device_authorization` RFC 8628
 * §3.1, `token` RFC 6749 §3.2, `revocation` RFC 7009, `userinfo` OpenID Connect Core §5.3.
 */
export type Endpoint = keyof typeof PATHS

export const ENDPOINTS = Object.keys(PATHS) as readonly Endpoint[]

const BY_PATH = new Map<string, Endpoint>(ENDPOINTS.flatMap((name) => PATHS[name].map((path) => [path, name] as const)))
const READ: readonly Endpoint[] = ['metadata', 'jwks', 'userinfo']

/** The endpoint that this request is for; undefined for pages, the API, and what only asks around (OPTIONS, HEAD). */
export function endpointOf(method: string, path: string): Endpoint | undefined {
  const endpoint = BY_PATH.get(path)
  if (endpoint === undefined) return undefined
  const reads = method === 'GET' && READ.includes(endpoint)
  const writes = method === 'POST' && (endpoint === 'userinfo' || !READ.includes(endpoint))
  return reads || writes ? endpoint : undefined
}

/** What a token request asks with: RFC 8628's long name is `device_code` here. */
export const GRANT_TYPES = ['device_code', 'refresh_token', 'authorization_code'] as const
export type GrantType = (typeof GRANT_TYPES)[number]

/** Where an answer is planned. Of the token endpoint only one kind of question is meant: polls of the device grant, unless said otherwise. */
export interface Where {
  readonly endpoint: Endpoint
  readonly grantType?: GrantType
}
