// What was asked of the authorization server, without the secrets: no codes, tokens, keys or assertions.
import { decodeJwt } from 'jose'
import type { Millis } from '#contract/time.ts'
import type { Endpoint } from './endpoints.ts'

export interface RecordedRequest {
  readonly endpoint: Endpoint
  /** Of a token request, as it was sent; RFC 8628's long name is `device_code` here. */
  readonly grantType: string | undefined
  /** As the client says, unproven; of a registration, the id it was given. */
  readonly clientId: string | undefined
  /** Since the hub was ready, on the monotonic clock: the difference of two is the polling interval. */
  readonly at: Millis
  /** What it was answered; undefined while it has no answer, and for ever where it hung or the connection was reset. */
  readonly status: number | undefined
  /** The OAuth error code of the answer. */
  readonly error: string | undefined
  /** Whether the answer was one that had been planned. */
  readonly planned: boolean
}

/** Kept: the newest of them. */
const KEPT = 10_000

export interface Requests {
  readonly all: readonly RecordedRequest[]
  /** Records a request. The returned function adds what came of it. */
  add(
    request: Pick<RecordedRequest, 'endpoint' | 'grantType' | 'clientId' | 'at'>,
  ): (outcome: Partial<RecordedRequest>) => void
  forget(): void
}

export function createRequests(): Requests {
  const all: RecordedRequest[] = []
  return {
    all,
    add(request) {
      const entry: RecordedRequest = { ...request, status: undefined, error: undefined, planned: false }
      all.push(entry)
      if (all.length > KEPT) all.shift()
      return (outcome) => void Object.assign(entry, outcome)
    },
    forget() {
      all.length = 0
    },
  }
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export const grantTypeIn = (form: URLSearchParams): string | undefined => {
  const sent = form.get('grant_type') ?? undefined
  return sent === DEVICE_GRANT ? 'device_code' : sent
}

/** In the form, in the assertion (RFC 7523 §3: `sub` is the client), or by HTTP Basic (RFC 6749 §2.3.1). */
export function clientIdIn(form: URLSearchParams, authorization: string | undefined): string | undefined {
  const [, basic] = /^Basic +([\w+/=-]+)$/i.exec(authorization ?? '') ?? []
  return form.get('client_id') ?? subjectOf(form.get('client_assertion')) ?? (basic && userOf(basic))
}

function subjectOf(assertion: string | null): string | undefined {
  if (assertion === null) return undefined
  try {
    return decodeJwt(assertion).sub
  } catch {
    // What is no JWT names nobody; the hub says so itself.
    return undefined
  }
}

const userOf = (basic: string): string | undefined => {
  const [user = ''] = Buffer.from(basic, 'base64').toString().split(':', 1)
  return user === '' ? undefined : decodeURIComponent(user.replaceAll('+', ' '))
}
