// Problems as RFC 9457 says.
import type { Context } from 'hono'

type Status = 400 | 401 | 403 | 404 | 500

const TITLES: Readonly<Record<Status, string>> = {
  400: 'The request cannot be read',
  401: 'An access token is needed',
  403: 'The access token does not allow this',
  404: 'There is no such thing',
  500: 'The hub failed',
}

export function problem(c: Context, status: Status, detail: string) {
  return c.body(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail }), status, {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': 'Bearer realm="latchkey"' }),
  })
}
