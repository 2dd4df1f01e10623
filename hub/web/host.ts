// The public URL is the only name the hub has. oidc-provider builds every URL it hands out from Host and X-Forwarded-*, so both are
// set here, from the setting, before anything else sees the request.
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../address.ts'

export interface HostPolicy {
  readonly publicUrl: URL
  /** Other `host:port` values that are ours: a browser that used one is sent to the public URL. */
  readonly aliases: ReadonlySet<string>
  /** A reverse proxy of the household's own stands in front: it has checked the name, and says who is asking. */
  readonly behindProxy: boolean
}

export type HostVerdict = 'own' | 'alias' | 'foreign'

/** A name that is not ours means a mistake or DNS rebinding: the answer is 421 Misdirected Request (RFC 9110 §15.5.20). */
export function judgeHost(host: string | undefined, { publicUrl, aliases, behindProxy }: HostPolicy): HostVerdict {
  const name = host?.toLowerCase()
  if (name === publicUrl.host || behindProxy) return 'own'
  return name !== undefined && aliases.has(name) ? 'alias' : 'foreign'
}

/** Who is asking: the socket's address, or what the trusted proxy on this machine appended last. */
export function clientAddress(request: IncomingMessage, { behindProxy }: HostPolicy): string {
  const peer = (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
  const forwarded = request.headers['x-forwarded-for']
  if (!behindProxy || forwarded === undefined || !isLoopback(peer)) return peer
  return String(forwarded).split(',').at(-1)?.trim() || peer
}

/** Sets what the request claims about host, scheme and client to the truth. */
export function pinHost(request: IncomingMessage, { publicUrl }: HostPolicy, address: string): void {
  const { headers } = request
  for (const name of Object.keys(headers)) if (name.startsWith('x-forwarded-')) delete headers[name]
  headers.host = publicUrl.host
  headers['x-forwarded-proto'] = publicUrl.protocol.slice(0, -1)
  headers['x-forwarded-for'] = address
}
