// What an OAuth endpoint said, once the HTTP and JSON are gone.
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type Millis, seconds } from '#contract/time.ts'
import { reasonOf } from '../reason.ts'

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
