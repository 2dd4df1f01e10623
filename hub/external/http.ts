// What the hub asks another server for: two small public documents, bounded in time and size, and from nowhere that the server sends it on to.
import { Agent, fetch } from 'undici'
import { after, type Clock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'

/** Resolves with the text of a document, undefined for a 404. Rejects, in words, when it is not to be had. */
export type GetDocument = (url: URL) => Promise<string | undefined>

/** From the first byte of the request to the last of the answer; whoever waits to be let in is given five seconds. */
const ANSWER_TIMEOUT = seconds(4)
/** Keycloak's and Auth0's have some kilobytes. */
const LARGEST = 256 * 1024

export function createIssuerHttp(clock: Clock): AsyncDisposable & { readonly get: GetDocument } {
  const dispatcher = new Agent({
    allowH2: false,
    connect: { timeout: ANSWER_TIMEOUT },
    // One bound for all of it, below.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LARGEST,
  })
  return {
    async get(url) {
      const late = new AbortController()
      const inTime = after(clock, ANSWER_TIMEOUT, () => late.abort(new Error('no answer within four seconds')))
      try {
        const headers = { accept: 'application/json' }
        const answer = await fetch(url, { dispatcher, redirect: 'manual', signal: late.signal, headers })
        const text = await answer.text()
        if (answer.status === 404) return undefined
        if (answer.status !== 200) throw new Error(`it answers with ${answer.status}`)
        return text
      } catch (error) {
        throw new Error(`${url.origin}${url.pathname}: ${reasonOf(error)}`, { cause: error })
      } finally {
        inTime()
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

/** undici says "fetch failed", and its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause, message } = error
  if (!(cause instanceof Error)) return message
  return cause.message || ('code' in cause ? String(cause.code) : message)
}
