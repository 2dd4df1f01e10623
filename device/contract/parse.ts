// The door: whatever comes from MQTT, HTTP, the disk or the environment is `unknown` until `decode` has read it.
import * as v from 'valibot'

/** Input from outside has the wrong shape. The message names the place and never repeats the value: it may be a secret. */
export class ParseError extends TypeError {
  override readonly name = 'ParseError'
}

type Schema<T> = v.BaseSchema<unknown, T, v.BaseIssue<unknown>>

/** Reads `input` by `schema`. `at` names where it came from, such as `LATCHKEY_HTTP` or `the registration response`. */
export function decode<T>(schema: Schema<T>, input: unknown, at: string): T {
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  const wanted = issue.kind === 'schema' ? `must be ${expected(issue)}` : `is refused: ${issue.message}`
  throw new ParseError(`Cannot read ${at}${path ? ` at "${path}"` : ''} as it ${wanted}: got ${describe(issue.input)}`)
}

/** Reads JSON text by `schema`; text that is no JSON is a `ParseError` as well. */
export function decodeJson<T>(schema: Schema<T>, text: string, at: string): T {
  return decode(schema, readJson(text, at), at)
}

function readJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // V8's own message quotes the text, which may hold a secret: it is not passed on as `cause`.
    throw new ParseError(`Cannot read ${at} as it must be JSON: got ${text.length} characters that are not`)
  }
}

const expected = (issue: v.BaseIssue<unknown>): string => issue.expected ?? 'something else'

function describe(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'an array'
  if (typeof input === 'number') return Number.isFinite(input) ? 'a number' : 'a number that is not finite'
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`
}
