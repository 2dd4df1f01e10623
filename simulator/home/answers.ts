// An authorization server that can be told how to answer. What is planned is used up by the token requests to come, in order; then it is
// honest again.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** One answer of the token endpoint: an error of RFC 8628 §3.5 or RFC 6749 §5.2, an HTTP status, or no sense at all. */
export type PlannedAnswer =
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'invalid_grant'
  | 'invalid_client'
  /** 200, and half a JSON object. */
  | 'malformed'
  /** Nothing, until whoever asks gives up. */
  | 'hang'
  | number

export interface Answers {
  /** Plans the answers to the next token requests. */
  next(...answers: readonly PlannedAnswer[]): void
  readonly planned: readonly PlannedAnswer[]
  /** Takes the next one where it is a request to wait for ever: nobody's time may stand still for that. */
  takeHang(path: string): boolean
  intercept(request: IncomingMessage, response: ServerResponse): boolean
}

const TOKEN = '/oauth/token'

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
      if (path !== TOKEN || request.method !== 'POST') return false
      const answer = planned.shift()
      if (answer === undefined) return false
      request.resume()
      give(answer, response)
      return true
    },
  }
}

function give(answer: PlannedAnswer, response: ServerResponse): void {
  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  if (answer === 'hang') return
  if (answer === 'malformed') {
    response.writeHead(200, json).end('{"access_token":')
  } else if (typeof answer === 'number') {
    response.writeHead(answer, { 'content-type': 'text/html' }).end('<h1>the hub is not well</h1>')
  } else {
    const status = answer === 'invalid_client' ? 401 : 400
    response.writeHead(status, json).end(JSON.stringify({ error: answer, error_description: 'as planned by a test' }))
  }
}
