// HTTP as the device speaks it: undici's own fetch with its own Agent, bounded in time, with the hub's certificate authority pinned.
// Its two parts and not its index: that loads caches, mocks and a database driver too, nine megabytes that a device never uses.
import Agent from 'undici/lib/dispatcher/agent.js'
import { fetch as undiciFetch } from 'undici/lib/web/fetch/index.js'
import { Response as UndiciResponse } from 'undici/lib/web/fetch/response.js'
import { after, type Clock, parseInstant } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Lookup } from '../lookup.ts'
import type { Network } from '../network.ts'

export interface Http extends AsyncDisposable {
  /** Fetch for oauth4webapi. Rejects when no answer came. */
  readonly fetch: (url: string, options: object) => Promise<Response>
  /** How far the hub's clock is ahead of ours, as its last answer said (RFC 9110 `Date`, whole seconds). */
  skew(): Millis
}

const CONNECT_TIMEOUT = 5_000
/** From the first byte of the request to the last of the answer. */
const ANSWER_TIMEOUT = seconds(10)

/** `ca` is the PEM of the authority to trust instead of the system's; `lookup` stands in for DNS. Once `signal` aborts nobody is waited for. */
export function createHttp({
  clock,
  signal: over,
  ca,
  lookup,
  network,
}: {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly ca?: string | undefined
  readonly lookup?: Lookup | undefined
  readonly network?: Network | undefined
}): Http {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT, ...(ca !== undefined && { ca }), ...(lookup !== undefined && { lookup }) },
    // A few small requests an hour are no reason for a second protocol.
    allowH2: false,
    // One bound for all of it, below, on the device's clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 10_000,
    // Tokens and metadata are small; a hub that sends more is not one of ours.
    maxResponseSize: 1 << 20,
  })
  let skew = millis(0)

  /** Resolves with the whole answer: what comes later than that would come too late. */
  const fetchWhole = async (url: string, options: { readonly signal: AbortSignal }): Promise<Response> => {
    const send = async (): Promise<Response> => {
      const answer = await undiciFetch(url, { ...options, dispatcher, redirect: 'manual' })
      const body = await answer.arrayBuffer()
      const { status, headers } = answer
      // undici's Response and the global one are the same by shape and differ by name.
      const whole = new UndiciResponse(body.byteLength === 0 ? null : body, { status, headers: [...headers] })
      return whole as unknown as Response
    }
    return network === undefined ? send() : network.exchange(new URL(url), send, options.signal)
  }

  return {
    async fetch(url, options) {
      const late = new AbortController()
      const inTime = after(clock, ANSWER_TIMEOUT, () => late.abort(new Error('no answer within ten seconds')))
      const { signal } = late
      const giveUp = () => late.abort(over.reason)
      if (over.aborted) giveUp()
      over.addEventListener('abort', giveUp, { once: true })
      const response = await fetchWhole(url, { ...options, signal }).finally(() => {
        inTime()
        over.removeEventListener('abort', giveUp)
      })
      const date = parseInstant(response.headers.get('date') ?? '')
      if (date !== undefined) skew = millis(date - clock.now())
      return response
    },
    skew: () => skew,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
    },
  }
}
