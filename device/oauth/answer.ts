// What an OAuth endpoint said, once the HTTP and JSON are gone.
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type Millis, seconds } from '#contract/time.ts'

export interface Tokens {
  readonly accessToken: string
  /** How long the access token is good for, from when it came. */
  readonly lifetime: Millis
  /** Absent where the server keeps the one it gave before. */
  readonly refreshToken: string | undefined
}

/** A refusal that asking again does not change (RFC 6749 §5.2, RFC 8628 §3.5). */
const FINAL = [
  'access_denied',
  'expired_token',
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'invalid_request',
  'invalid_scope',
  'unsupported_grant_type',
] as const
export type Final = (typeof FINAL)[number]

export type Answer =
  | { readonly type: 'granted'; readonly tokens: Tokens }
  | { readonly type: 'authorization_pending' }
  | { readonly type: 'slow_down' }
  | { readonly type: 'refused'; readonly error: Final }
  /** No answer came that means anything: connection refused, time-out, 5xx, 429, a page of HTML. */
  | { readonly type: 'unreachable'; readonly because: string }

const refusal = v.object({ error: v.picklist(FINAL) })
const isFinal = (error: string): error is Final => FINAL.includes(error as Final)

/** Runs one token request and reads its outcome. */
export async function answerOf(request: () => Promise<oauth.TokenEndpointResponse>): Promise<Answer> {
  try {
    const response = await request()
    return {
      type: 'granted',
      tokens: {
        accessToken: response.access_token,
        // RFC 6749 §5.1: expires_in is only recommended. Ten minutes is what our hub gives.
        lifetime: seconds(response.expires_in ?? 600),
        refreshToken: response.refresh_token,
      },
    }
  } catch (error) {
    return refusalOf(error)
  }
}

async function refusalOf(error: unknown): Promise<Answer> {
  // RFC 6749 §5.2: a client that came with an Authorization header is refused with WWW-Authenticate. Others say 401 too, a proxy in
  // between for one: what ends a grant is the server's own word in the body.
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const body: unknown = await error.response.json().catch(() => undefined)
    if (v.is(refusal, body)) return { type: 'refused', error: body.error }
  }
  if (error instanceof oauth.ResponseBodyError) {
    // Whatever the status: Auth0 says slow_down with 429, Google authorization_pending with 428.
    if (error.error === 'authorization_pending' || error.error === 'slow_down') return { type: error.error }
    if (error.status >= 500 || error.status === 429) return unreachable(`the hub answered ${error.status}`)
    if (isFinal(error.error)) return { type: 'refused', error: error.error }
  }
  return unreachable(reasonOf(error))
}

const unreachable = (because: string): Answer => ({ type: 'unreachable', because })

const FOREIGN_AUTHORITY = 'the hub’s certificate is by an authority that is not the pinned one, or that nobody trusts'
/** What TLS means by its codes, and what a person can do about it. */
const TLS_WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: FOREIGN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: FOREIGN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: FOREIGN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: FOREIGN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: FOREIGN_AUTHORITY,
  CERT_NOT_YET_VALID: 'the hub’s certificate is not valid yet: this device’s clock is behind, and is waited for',
  CERT_HAS_EXPIRED: 'the hub’s certificate has expired, or this device’s clock is ahead',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the hub’s certificate is for another name',
}

/** Why something failed, in a few words and without the body: that may hold a token. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { cause } = error
  const code = codeIn(cause) ?? codeIn(error)
  const words = code === undefined ? undefined : TLS_WORDS[code]
  if (words !== undefined) return `${words} (${code})`
  return cause instanceof Error && code !== undefined ? `${error.message} (${code})` : error.message
}

const codeIn = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
