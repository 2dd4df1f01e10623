// HTTP as the device speaks it: undici's own fetch with its own Agent, bounded in time, with the hub's certificate authority pinned.
// Its two parts and not its index: that loads caches, mocks and a database driver too, nine megabytes that a device never uses.
import Agent from 'undici/lib/dispatcher/agent.js'
import { fetch as undiciFetch } from 'undici/lib/web/fetch/index.js'
import { type Clock, parseInstant } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'
import type { Lookup } from '../lookup.ts'

export interface Http extends AsyncDisposable {
  /** Fetch for oauth4webapi. Rejects when no answer came. */
  readonly fetch: (url: string, options: object) => Promise<Response>
  /** How far the hub's clock is ahead of ours, as its last answer said (RFC 9110 `Date`, whole seconds). */
  skew(): Millis
}

const CONNECT_TIMEOUT = 5_000
const ANSWER_TIMEOUT = 10_000

/** `ca` is the PEM of the authority to trust instead of the system's; `lookup` stands in for DNS. */
export function createHttp({
  clock,
  ca,
  lookup,
}: {
  readonly clock: Clock
  readonly ca?: string | undefined
  readonly lookup?: Lookup | undefined
}): Http {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT, ...(ca !== undefined && { ca }), ...(lookup !== undefined && { lookup }) },
    headersTimeout: ANSWER_TIMEOUT,
    bodyTimeout: ANSWER_TIMEOUT,
    keepAliveTimeout: 10_000,
    // Tokens and metadata are small; a hub that sends more is not one of ours.
    maxResponseSize: 1 << 20,
  })
  let skew = millis(0)

  return {
    async fetch(url, options) {
      const response = await undiciFetch(url, { ...options, dispatcher, redirect: 'manual' })
      const date = parseInstant(response.headers.get('date') ?? '')
      if (date !== undefined) skew = millis(date - clock.now())
      // undici's Response and the global one are the same by shape and differ by name.
      return response as unknown as Response
    },
    skew: () => skew,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
    },
  }
}
