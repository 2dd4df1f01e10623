// Security headers of every answer (RFC 9700 §4.16 asks for protection against clickjacking).
import type { ServerResponse } from 'node:http'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `same-origin` and not `no-referrer`: under that one browsers send `Origin: null` with our own forms. */
const FIXED = Object.entries({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
})

/** `connectsTo`: other origins that the page may speak to. */
export function setSecurityHeaders(response: ServerResponse, publicUrl: URL, connectsTo: readonly string[] = []): void {
  // 'self' does not cover ws: in every browser, so the socket is named.
  const socket = `${publicUrl.protocol === 'https:' ? 'wss' : 'ws'}://${publicUrl.host}`
  const connect = ['connect-src', "'self'", socket, ...connectsTo].join(' ')
  response.setHeader('content-security-policy', `${POLICY}; ${connect}`)
  for (const [name, value] of FIXED) response.setHeader(name, value)
}
