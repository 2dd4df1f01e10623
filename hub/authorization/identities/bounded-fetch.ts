// Asking another server without becoming its victim: an end to the wait, and to what it may send.
import { seconds } from '#contract/time.ts'

const ANSWER_WITHIN = seconds(8)
/** Metadata, keys and tokens have a few kilobytes. */
const LARGEST_ANSWER = 256 * 1024

interface Init {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: RequestInit['body'] | undefined
}

/** `fetch` for oauth4webapi. Follows no redirect; rejects what takes too long or is too large. */
export async function fetchBounded(url: string, init: Init): Promise<Response> {
  const answer = await fetch(url, {
    ...{ method: init.method, headers: init.headers, body: init.body ?? null },
    ...{ redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN) },
  })
  const bytes = await readAtMost(answer, LARGEST_ANSWER)
  const { status, statusText, headers } = answer
  return new Response(bytes.length > 0 ? bytes : null, { status, statusText, headers })
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
