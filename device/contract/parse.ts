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
  throw new ParseError(`Cannot read ${at}${path ? ` at "${path}"` : ''} as it ${wrong(issue)}`)
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
    throw new ParseError(
      `Cannot read ${at} as it must be JSON: got ${text === '' ? 'nothing' : `${text.length} characters that are not`}`,
    )
  }
}

/** In words for whoever wrote the input: they know JSON and YAML, and not the library that reads it here. */
function wrong(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== 'schema') return `is refused: ${issue.message}`
  if (issue.expected === 'never') return 'must not be there: no such key is known'
  return `must be ${expected(issue)}: got ${describe(issue.input)}`
}

const WORDS: Readonly<Record<string, string>> = {
  Array: 'an array',
  Object: 'an object',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
}

function expected({ expected: wanted, input, path }: v.BaseIssue<unknown>): string {
  if (wanted === null) return 'something else'
  // Of a key that is missing the library says its name.
  if (input === undefined && wanted === JSON.stringify(path?.at(-1)?.key)) return 'there'
  const [, several] = /^\((.*)\)$/.exec(wanted) ?? []
  return WORDS[wanted] ?? (several === undefined ? wanted : `one of ${several.replaceAll(' | ', ', ')}`)
}

function describe(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'an array'
  if (typeof input === 'number') return Number.isFinite(input) ? 'a number' : 'a number that is not finite'
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`
}
