// What the hub asks another server for: two small public documents.
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { createBoundedFetch } from '../bounded-fetch.ts'

/** Resolves with the text of a document, undefined for a 404. Rejects, in words, when it is not to be had. */
export type GetDocument = (url: URL) => Promise<string | undefined>

/** Whoever waits to be let in is given five seconds. */
const ANSWER_WITHIN = seconds(4)
/** Keycloak's and Auth0's have some kilobytes. */
const LARGEST = 256 * 1024

export function createIssuerHttp(clock: Clock): Disposable & { readonly get: GetDocument } {
  const ended = new AbortController()
  const ask = createBoundedFetch({ clock, within: ANSWER_WITHIN, mostBytes: LARGEST, signal: ended.signal })
  return {
    async get(url) {
      try {
        const answer = await ask(url, { headers: { accept: 'application/json' } })
        if (answer.status === 404) return undefined
        if (answer.status !== 200) throw new Error(`it answers with ${answer.status}`)
        return await answer.text()
      } catch (error) {
        throw new Error(`${url.origin}${url.pathname}: ${reasonOf(error)}`, { cause: error })
      }
    },
    [Symbol.dispose]: () => ended.abort(CALLED_OFF),
  }
}

/** `fetch` says "fetch failed", and its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause, message } = error
  if (!(cause instanceof Error)) return message
  return cause.message || ('code' in cause ? String(cause.code) : message)
}
