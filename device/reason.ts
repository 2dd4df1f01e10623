// Why something failed, as a person may read it. Apart from what speaks OAuth: the product needs this before any network.
/** The codes of a certificate that is by another authority than those that are trusted. */
const FOREIGN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
])
const NOT_PINNED =
  'the hub’s certificate is not by the pinned authority: reset the device, or name the hub with --hub and its authority with --ca'
const NOT_TRUSTED = 'the hub’s certificate is by an authority that is not trusted here: name the right one with --ca'

/** What else TLS means by its codes, and what a person can do about it. */
const TLS_WORDS: Readonly<Record<string, string>> = {
  CERT_NOT_YET_VALID: 'the hub’s certificate is not valid yet: this device’s clock is behind, and is waited for',
  CERT_HAS_EXPIRED: 'the hub’s certificate has expired, or this device’s clock is ahead',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the hub’s certificate is for another name',
}

/** What undici calls "fetch failed", and says why in a code. */
const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EAI_AGAIN: 'its name cannot be looked up: there is no network, or no name server',
  ENOTFOUND: 'no machine of this name is known',
  EHOSTUNREACH: 'there is no way to it from this network',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_SOCKET: 'the connection was cut',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS: perhaps it is http, or another port',
}

/** What a server may say in its own words (RFC 6749 §5.2), as far as a terminal can show it. */
const READABLE = /^[\x20-\x7e]{1,120}$/

/**
 * Why something failed, in a few words and without the body: that may hold a token. `isPinned`: the authority that was trusted is the one
 * of the grant.
 */
export function reasonOf(error: unknown, { isPinned = false }: { readonly isPinned?: boolean } = {}): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { cause } = error
  const code = codeIn(cause) ?? codeIn(error)
  const words = code === undefined ? undefined : (tlsWords(code, isPinned) ?? networkWords(error, code))
  if (words !== undefined) return `${words} (${code})`
  const refusal = refusalIn(error)
  if (refusal !== undefined) return refusal
  const [, endpoint] = MISSING_ENDPOINT.exec(error.message) ?? []
  if (endpoint !== undefined) return lack(endpoint)
  const isSaid = code === undefined || error.message.includes(code)
  return cause instanceof Error && !isSaid ? `${error.message} (${code})` : error.message
}

const codeIn = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const tlsWords = (code: string, isPinned: boolean): string | undefined =>
  FOREIGN_AUTHORITY.has(code) ? (isPinned ? NOT_PINNED : NOT_TRUSTED) : TLS_WORDS[code]

const networkWords = ({ message }: Error, code: string): string | undefined =>
  message === 'fetch failed' ? NETWORK_WORDS[code] : undefined

/** oauth4webapi's words for metadata without an address that is needed. */
const MISSING_ENDPOINT = /^authorization server metadata does not contain a valid "as\.(\w+)"$/
const lack = (endpoint: string): string =>
  endpoint === 'device_authorization_endpoint'
    ? `the server has no device flow (RFC 8628), or it is off: its metadata names no ${endpoint}`
    : `the server’s metadata names no ${endpoint}`

/** An error of oauth4webapi with `error`, and `error_description` where the server gave one. */
function refusalIn(error: Error): string | undefined {
  const { error: name, error_description: text } = error as {
    readonly error?: unknown
    readonly error_description?: unknown
  }
  if (typeof name !== 'string' || !READABLE.test(name)) return undefined
  return `the hub refused it: ${name}${typeof text === 'string' && READABLE.test(text) ? `, ${text}` : ''}`
}
