// Cookies. Over TLS each carries the `__Host-` prefix: no other host or path can set it (RFC 6265bis §4.1.3.2).
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import type { Millis } from '#contract/time.ts'

/** One cookie of ours, which no script reads. */
export interface Cookie {
  read(c: Context): string | undefined
  readHeader(header: string | undefined): string | undefined
  set(c: Context, value: string): void
  clear(c: Context): void
  /** Reads it, and it is gone. */
  take(c: Context): string | undefined
}

export function createCookie(about: {
  /** Without the prefix. */
  readonly name: string
  readonly secure: boolean
  readonly length: Millis
  /** Lax for one that must come along from another site. */
  readonly sameSite: 'Lax' | 'Strict'
}): Cookie {
  const { secure, sameSite } = about
  const name = secure ? `__Host-${about.name}` : about.name
  const options = { path: '/', httpOnly: true, secure, sameSite }
  const read = (c: Context) => getCookie(c, name)
  const clear = (c: Context) => void deleteCookie(c, name, options)
  return {
    read,
    readHeader: (header) => (header === undefined ? undefined : parse(header, name)[name]),
    set: (c, value) => setCookie(c, name, value, { ...options, maxAge: about.length / 1000 }),
    clear,
    take(c) {
      const value = read(c)
      clear(c)
      return value
    },
  }
}
