// The session cookie. Over TLS it carries the `__Host-` prefix: no other host or path can set it (RFC 6265bis §4.1.3.2).
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { SESSION_LENGTH } from '../sign-in/sessions.ts'

export interface SessionCookie {
  read(c: Context): string | undefined
  readHeader(header: string | undefined): string | undefined
  set(c: Context, value: string): void
  clear(c: Context): void
}

export function createSessionCookie(secure: boolean): SessionCookie {
  const name = secure ? '__Host-latchkey' : 'latchkey'
  const options = { path: '/', httpOnly: true, secure, sameSite: 'Lax' } as const
  return {
    read: (c) => getCookie(c, name),
    readHeader: (header) => (header === undefined ? undefined : parse(header, name)[name]),
    set: (c, value) => setCookie(c, name, value, { ...options, maxAge: SESSION_LENGTH / 1000 }),
    clear: (c) => deleteCookie(c, name, options),
  }
}
