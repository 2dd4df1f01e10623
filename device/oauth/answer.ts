// What an OAuth endpoint said, once the HTTP and JSON are gone.
import * as oauth from 'oauth4webapi'
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

function refusalOf(error: unknown): Answer {
  if (error instanceof oauth.ResponseBodyError) {
    if (error.status >= 500 || error.status === 429) return unreachable(`the hub answered ${error.status}`)
    if (error.error === 'authorization_pending' || error.error === 'slow_down') return { type: error.error }
    if (isFinal(error.error)) return { type: 'refused', error: error.error }
  }
  return unreachable(reasonOf(error))
}

const unreachable = (because: string): Answer => ({ type: 'unreachable', because })

/** Why something failed, in a few words and without the body: that may hold a token. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const cause = error.cause
  if (cause instanceof Error && 'code' in cause) return `${error.message} (${String(cause.code)})`
  return error.message
}
