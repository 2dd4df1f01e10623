// Answers to `hub.local` on the household's network, and says which services are here (RFC 6762, RFC 6763).
import { hostname } from 'node:os'
import { Bonjour } from 'bonjour-service'
import type { Logger } from 'pino'

export interface Mdns extends AsyncDisposable {}

/** Never fails: a machine without a network is a normal thing, and the hub works on it. */
export function startMdns(options: {
  readonly publicUrl: URL
  readonly httpPort: number
  /** Where its own authority's certificate is handed out: a device believes it once and pins it. */
  readonly authority: URL | undefined
  readonly log: Logger
}): Mdns {
  const { publicUrl, httpPort, authority, log } = options
  const onError = (err: Error) =>
    log.warn({ err }, 'mDNS does not work here: use the address of the hub instead of its name')
  const bonjour = new Bonjour({}, onError)
  // The library listens to no error of its own socket: another program that keeps port 5353 to itself would end the hub.
  const { mdns } = Reflect.get(bonjour, 'server') as { readonly mdns: NodeJS.EventEmitter }
  mdns.on('error', onError)
  const host = publicUrl.hostname.endsWith('.local') ? publicUrl.hostname : 'hub.local'
  const txt = { issuer: publicUrl.origin, ...(authority !== undefined && { ca: authority.href }) }
  for (const type of ['latchkey', 'https']) {
    const name = `Latchkey on ${hostname()}`
    const service = bonjour.publish({ name, type, port: httpPort, host, txt })
    service.on('error', onError)
  }
  return {
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => bonjour.unpublishAll(() => resolve()))
      await new Promise<void>((resolve) => bonjour.destroy(() => resolve()))
    },
  }
}
