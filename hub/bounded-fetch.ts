// Asking another server without becoming its victim: an end to the wait and to what it may send, and no going where it sends one on to.
import { after, type Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'

interface Init {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: RequestInit['body'] | undefined
}

export type BoundedFetch = (url: string | URL, init?: Init) => Promise<Response>

/**
 * Resolves with an answer that is all here. Rejects what has not ended `within` the time, from the first byte of the request to the last of
 * the answer, or has more than `mostBytes`. It is Node's own `fetch`: the package undici is 28 MiB where this is 17.
 */
export function createBoundedFetch(bounds: {
  readonly clock: Clock
  readonly within: Millis
  readonly mostBytes: number
  /** Ends all that is under way. */
  readonly signal?: AbortSignal
}): BoundedFetch {
  const { clock, within, mostBytes } = bounds
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const late = new AbortController()
    const inTime = after(clock, within, () => late.abort(new Error(`no answer within ${within / 1000} s`)))
    const signal = bounds.signal === undefined ? late.signal : AbortSignal.any([late.signal, bounds.signal])
    try {
      const answer = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal })
      const bytes = await readAtMost(answer, mostBytes)
      const { status, statusText, headers: told } = answer
      return new Response(bytes.length > 0 ? bytes : null, { status, statusText, headers: told })
    } finally {
      inTime()
    }
  }
}

async function readAtMost(answer: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body ?? []) {
    length += part.length
    if (length > most) throw new RangeError(`Cannot take an answer as it must have ${most} bytes at most: got more`)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
