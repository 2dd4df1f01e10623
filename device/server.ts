// Which server a device belongs to, and how it is reached: the one that was named, or the one that was found and pinned.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Credentials } from './credentials/credentials.ts'
import type { FoundHub } from './discovery.ts'
import type { Lookup } from './lookup.ts'
import type { Network } from './network.ts'
import { createHttp, type Http } from './oauth/http.ts'

export interface Server {
  readonly issuer: URL
  /** PEM of the authority to trust for it instead of the system's. */
  readonly ca: string | undefined
  /** The one to pin with a grant: that which the server was found with, or reached by. */
  readonly pinned: string | undefined
  /** Whether `ca` is the one that was pinned with the grant, and nobody named another. */
  readonly isPinned: boolean
  readonly http: Http
}

/** What is kept of the server that let it in. */
export type Kept = Pick<Credentials, 'registration' | 'grant'>

export interface Servers extends AsyncDisposable {
  /** The server as it is to be asked now. Rejects when it has to be looked for and there is not exactly one. */
  of(credentials: Kept): Promise<Server>
  /** As it was asked last; undefined before. */
  readonly current: Server | undefined
}

export interface ServersOptions {
  readonly issuer: URL | undefined
  /** What a person named goes before what was found or pinned. */
  readonly ca: string | undefined
  /** Finds the hub of this household. */
  readonly discover: ((signal: AbortSignal) => Promise<FoundHub>) | undefined
  readonly lookup: Lookup | undefined
  readonly network: Network | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}

type Chosen = Pick<Server, 'issuer' | 'pinned' | 'isPinned'>

export function createServers(options: ServersOptions): Servers {
  const { issuer, ca, discover, log, signal } = options
  let current: Server | undefined
  let isTold = false

  const choose = async ({ registration, grant }: Kept): Promise<Chosen> => {
    if (issuer !== undefined) return { issuer, pinned: undefined, isPinned: false }
    // Whoever let it in is its hub; another one that announces itself is not.
    if (registration !== undefined && grant !== undefined) {
      const { ca: pinned } = registration
      if (!isTold && ca !== undefined && pinned !== undefined && ca.trim() !== pinned.trim()) {
        log.warn('the authority of --ca is not the pinned one: going by --ca')
        isTold = true
      }
      return { issuer: new URL(registration.issuer), pinned, isPinned: ca === undefined && pinned !== undefined }
    }
    if (discover === undefined) throw new TypeError('Cannot look for a hub as the agent must be told how: got no way')
    const hub = await discover(signal)
    if (ca !== undefined && hub.issuer.protocol !== 'https:') {
      throw new Error(
        `Cannot join ${hub.issuer.origin} as --ca must vouch for it: name it with --hub, or leave --ca out`,
      )
    }
    return { issuer: hub.issuer, pinned: ca ?? hub.ca, isPinned: false }
  }

  return {
    get current() {
      return current
    },
    async of(credentials) {
      const chosen = await choose(credentials)
      const wanted = { ...chosen, ca: ca ?? chosen.pinned }
      if (current?.issuer.href === wanted.issuer.href && current.ca === wanted.ca) {
        current = { ...wanted, http: current.http }
        return current
      }
      await current?.http[Symbol.asyncDispose]()
      current = { ...wanted, http: createHttp({ ...options, ca: wanted.ca }) }
      return current
    },
    async [Symbol.asyncDispose]() {
      await current?.http[Symbol.asyncDispose]()
    },
  }
}
