// Problems as RFC 9457 says.
import type { Context } from 'hono'
import type { Millis } from '#contract/time.ts'

type Status = 400 | 401 | 403 | 404 | 409 | 500

const TITLES: Readonly<Record<Status, string>> = {
  400: 'The request cannot be read',
  401: 'An access token is needed',
  403: 'The access token does not allow this',
  404: 'There is no such thing',
  409: 'The household would not be right afterwards',
  500: 'The hub failed',
}

export function problem(c: Context, status: Status, detail: string) {
  return c.body(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail }), status, {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': 'Bearer realm="latchkey"' }),
  })
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
