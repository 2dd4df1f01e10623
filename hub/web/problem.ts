// Problems as RFC 9457 says.
import type { Context } from 'hono'
import type { Scope } from '#contract/scopes.ts'
import type { Millis } from '#contract/time.ts'
import type { AdmissionError } from '../authorization/access-token.ts'
import { PROOF_ALGORITHMS } from '../authorization/dpop.ts'
import { RESOURCE_PATH } from './resource.ts'

type Status = 400 | 403 | 404 | 405 | 409 | 413 | 500

const TITLES: Readonly<Record<Status, string>> = {
  400: 'The request cannot be read',
  403: 'The access token does not allow this',
  404: 'There is no such thing',
  405: 'This cannot be done here',
  409: 'The household would not be right afterwards',
  413: 'The request is too large',
  500: 'The hub failed',
}

export function problem(c: Context, status: Status, detail: string) {
  return c.body(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail }), status, {
    'content-type': 'application/problem+json',
  })
}

const BEARER = 'Bearer realm="latchkey"'
const DPOP = 'DPoP realm="latchkey"'
const ALGS = `algs="${PROOF_ALGORITHMS.join(' ')}"`

/**
 * No token came, or one that is not good: the challenge says where tokens come from (RFC 9728 §5.1), which scheme would do, and what is
 * wrong (RFC 6750 §3, RFC 9449 §7.1).
 */
export function tokenProblem(c: Context, publicUrl: URL, refused: AdmissionError | undefined) {
  const detail = refused?.message ?? 'Send an access token or an app password as "Authorization: Bearer …"'
  const body = { type: 'about:blank', title: 'An access token is needed', status: 401, detail }
  return c.body(JSON.stringify(body), 401, {
    'content-type': 'application/problem+json',
    'www-authenticate': challengeFor(publicUrl, refused),
  })
}

function challengeFor(publicUrl: URL, refused: AdmissionError | undefined): string {
  const resource = `resource_metadata="${new URL(RESOURCE_PATH, publicUrl).href}"`
  if (refused === undefined) return `${BEARER}, ${resource}, ${DPOP}, ${ALGS}`
  const told = (error: string) => `error="${error}", error_description="${refused.message}"`
  if (refused.code === 'bad_proof') return `${DPOP}, ${told('invalid_dpop_proof')}, ${ALGS}`
  if (refused.code === 'proof_missing') return `${DPOP}, ${told('invalid_token')}, ${ALGS}`
  return `${BEARER}, ${resource}, ${told('invalid_token')}`
}

/** The token is good and not enough (RFC 6750 §3.1). */
export function scopeProblem(c: Context, scope: Scope) {
  const detail = `This needs the scope ${scope}`
  c.header('www-authenticate', `${BEARER}, error="insufficient_scope", error_description="${detail}", scope="${scope}"`)
  return problem(c, 403, detail)
}

/** RFC 9470 §3: the token is good, and its person has to prove again who they are. The client asks for another one with this `max_age`. */
export function stepUpProblem(c: Context, maxAge: Millis) {
  const [error, seconds] = ['insufficient_user_authentication', maxAge / 1000]
  const detail = `This needs a password or a passkey within the last ${seconds} seconds: authorize again with max_age=${seconds}`
  const body = { type: `urn:latchkey:problem:${error}`, title: 'A recent confirmation is needed', status: 401, detail }
  return c.body(JSON.stringify({ ...body, max_age: seconds }), 401, {
    'content-type': 'application/problem+json',
    'www-authenticate': `Bearer realm="latchkey", error="${error}", error_description="${detail}", max_age="${seconds}"`,
  })
}
