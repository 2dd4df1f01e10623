// An authorization server that can be told how to answer. What is planned is used up by the token requests to come, in order; then it is
// honest again.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Errors of RFC 8628 §3.5, RFC 6749 §5.2 and, for registration, RFC 7591 §3.2.2. */
export const ERROR_CODES = [
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_grant',
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_client_metadata',
  'temporarily_unavailable',
] as const

/** What is no answer at all. */
export const NON_ANSWERS = ['malformed', 'hang', 'reset'] as const

/** An answer to the byte. */
export interface WholeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown
}

/** One planned answer of an endpoint. */
export type PlannedAnswer =
  /** The OAuth error with the status that belongs to it: 401 for `invalid_client`, else 400. */
  | (typeof ERROR_CODES)[number]
  /** 200, and half a JSON object. */
  | 'malformed'
  /** Nothing, until whoever asks gives up. */
  | 'hang'
  /** The connection is closed without a word. */
  | 'reset'
  /** This HTTP status with a page of HTML, as proxies have them. */
  | number
  | WholeAnswer

export interface Answers {
  /** Plans the answers to the next token requests. */
  next(...answers: readonly PlannedAnswer[]): void
  readonly planned: readonly PlannedAnswer[]
  /** Takes the next one where it is a request to wait for ever: nobody's time may stand still for that. */
  takeHang(path: string): boolean
  intercept(request: IncomingMessage, response: ServerResponse): boolean
}

const TOKEN = '/oauth/token'
/** On what people's phones ask for: answers are planned for devices. */
export const BY_A_PERSON = 'x-latchkey-person'

export function createAnswers(): Answers {
  const planned: PlannedAnswer[] = []
  return {
    planned,
    next(...answers) {
      planned.push(...answers)
    },
    takeHang(path) {
      if (path !== TOKEN || planned[0] !== 'hang') return false
      planned.shift()
      return true
    },
    intercept(request, response) {
      const path = request.url?.split('?', 1)[0]
      if (path !== TOKEN || request.method !== 'POST' || request.headers[BY_A_PERSON] !== undefined) return false
      const answer = planned.shift()
      if (answer === undefined) return false
      request.resume()
      giveAnswer(answer, response)
      return true
    },
  }
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const

/** Gives a planned answer to whoever asked. */
export function giveAnswer(answer: PlannedAnswer, response: ServerResponse): void {
  const spelled = spellOut(answer)
  if (spelled !== undefined) response.writeHead(spelled.status, spelled.headers).end(spelled.text)
  else if (answer === 'reset') response.destroy()
}

/** A planned answer as HTTP; undefined for those that are none. */
export function spellOut(answer: PlannedAnswer) {
  if (answer === 'hang' || answer === 'reset') return undefined
  if (answer === 'malformed') return { status: 200, headers: JSON_HEADERS, text: '{"access_token":' }
  if (typeof answer === 'number')
    return { status: answer, headers: { 'content-type': 'text/html' }, text: '<h1>the hub is not well</h1>' }
  if (typeof answer === 'object') {
    const { status, headers = {}, body = '' } = answer
    const isText = typeof body === 'string'
    return { status, headers: { ...(!isText && JSON_HEADERS), ...headers }, text: isText ? body : JSON.stringify(body) }
  }
  const text = JSON.stringify({ error: answer, error_description: 'as planned by a test' })
  return { status: answer === 'invalid_client' ? 401 : 400, headers: JSON_HEADERS, text }
}
