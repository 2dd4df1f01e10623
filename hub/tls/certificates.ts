// Where the hub's certificate comes from: nowhere, two files, or its own authority.
import type { Server } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { TlsConfig } from '../config.ts'
import { lanAddresses } from './addresses.ts'
import { keepLeafFresh } from './leaf.ts'
import { startTrustServer } from './trust-server.ts'

export interface TrustFacts {
  readonly page: URL | undefined
  readonly fingerprint: string
  readonly pem: string
}

export interface Certificates extends AsyncDisposable {
  /** Undefined without TLS. */
  readonly context: { readonly cert: string; readonly key: string } | undefined
  /** Names and addresses the certificate is good for. */
  readonly names: readonly string[]
  /** Gives a running server each new certificate. Does nothing where there is none to renew. */
  keepFresh(server: object): void
  /** Hands the authority out to phones, by a server that `bound` has seen. */
  serveTrust(
    publicUrl: URL,
    bound: <S extends Server>(server: S) => S,
  ): Promise<AsyncDisposable & { readonly facts: TrustFacts | undefined }>
}

export async function openCertificates(options: {
  readonly config: TlsConfig
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
  /** The host of the public URL. */
  readonly host: string | undefined
}): Promise<Certificates> {
  const { config, folder, clock, log, host = 'localhost' } = options
  if (config.type !== 'auto') return withoutAuthority(config)
  // What makes certificates is a library of 200 files.
  const { openAuthority } = await import('./authority.ts')
  const authority = await openAuthority({ folder, clock })
  const leaf = await keepLeafFresh({
    authority,
    clock,
    log,
    names: [...new Set([host, 'hub.local', 'localhost'])],
    addresses: lanAddresses,
  })
  return {
    get context() {
      return leaf.current
    },
    names: [host, 'hub.local', 'localhost', '127.0.0.1', ...lanAddresses()],
    keepFresh: (server) => leaf.onRenewed((pair) => (server as TlsServer).setSecureContext(pair)),
    async serveTrust(publicUrl, bound) {
      const { fingerprint, pem } = authority
      const server = config.trust && (await startTrustServer({ address: config.trust, authority, publicUrl, bound }))
      return {
        facts: { page: server?.url, fingerprint, pem },
        [Symbol.asyncDispose]: async () => server?.[Symbol.asyncDispose](),
      }
    },
    [Symbol.asyncDispose]: async () => leaf.stop(),
  }
}

function withoutAuthority(config: Exclude<TlsConfig, { type: 'auto' }>): Certificates {
  return {
    context: config.type === 'files' ? { cert: config.cert, key: config.key } : undefined,
    names: [],
    keepFresh() {},
    serveTrust: async () => ({ facts: undefined, async [Symbol.asyncDispose]() {} }),
    async [Symbol.asyncDispose]() {},
  }
}
