// The authorization server of a mock hub: the real one, unless another answer was planned; and the book of what was asked.
import type { ServerResponse } from 'node:http'
import type { Millis } from '#contract/time.ts'
import { giveAnswer, type PlannedAnswer, spellOut } from '../answers.ts'
import type { Length } from '../length.ts'
import { type Codes, createCodes, type ShownCode } from './codes.ts'
import type { Endpoint } from './endpoints.ts'
import type { Answered, Asked } from './forward.ts'
import { createPlan, type HonestAnswer, type Plan } from './plan.ts'
import { clientIdIn, createRequests, grantTypeIn, type RecordedRequest, type Requests } from './requests.ts'
import type { Waiting } from './waiting.ts'

export interface AnsweringOptions {
  /** Asks the real hub. */
  readonly ask: (asked: Asked) => Promise<Answered>
  readonly mqttUrl: URL
  /** Since the hub was ready. */
  readonly now: () => Millis
  readonly waiting: Waiting
  /** A device was given a code, or something has become of it. */
  readonly onCode: (code: ShownCode) => void
  /** A device that shows this code has asked and was answered. */
  readonly onPolled: (code: ShownCode) => void
}

export interface Answering {
  /** Answers one request, also by not answering. */
  answer(endpoint: Endpoint, asked: Asked, response: ServerResponse): Promise<void>
  readonly plan: Plan
  readonly requests: Requests
  readonly codes: Codes
  /** Waits for a code that nobody has decided yet. */
  code(options: { readonly clientId?: string; readonly within: Length }): Promise<ShownCode>
  decided(userCode: string, state: 'approved' | 'denied'): void
}

export function createAnswering(options: AnsweringOptions): Answering {
  const { ask, mqttUrl, now, waiting, onCode, onPolled } = options
  const plan = createPlan()
  const requests = createRequests()
  const codes = createCodes()
  const tell = (code: ShownCode | undefined) => {
    if (code === undefined) return
    onCode(code)
    waiting.changed()
  }

  /** The hub does not know of the door in front of it, where MQTT is (our extension to RFC 8414 §2). */
  const askHonestly = async (endpoint: Endpoint, asked: Asked): Promise<Answered> => {
    const honest = await ask(asked)
    if (endpoint !== 'metadata' || honest.status !== 200) return honest
    const metadata = JSON.parse(honest.body.toString()) as object
    const body = Buffer.from(JSON.stringify({ ...metadata, mqtt_endpoint: mqttUrl.href }))
    return { ...honest, body, headers: { ...honest.headers, 'content-length': body.length } }
  }
  /** What an honest answer tells us: a code was given, or tokens for one. */
  const learn = (endpoint: Endpoint, form: URLSearchParams, { status, body }: Answered, request: Noted): void => {
    if (endpoint === 'device_authorization' && status === 200)
      tell(codes.given(JSON.parse(body.toString()), request.clientId ?? '', request.at))
    if (endpoint !== 'token' || request.grantType !== 'device_code') return
    const code = codes.find(form.get('device_code'))
    if (code === undefined) return
    if (status === 200) tell(codes.set(code.userCode, 'granted'))
    else if (errorIn(body) === 'access_denied' && code.state !== 'denied') tell(codes.set(code.userCode, 'denied'))
  }

  return {
    ...{ plan, requests, codes },
    async answer(endpoint, asked, response) {
      const form = new URLSearchParams(isForm(asked) ? asked.body.toString() : '')
      const grantType = endpoint === 'token' ? grantTypeIn(form) : undefined
      const noted: Noted = { endpoint, grantType, clientId: clientIdIn(form, asked.headers.authorization), at: now() }
      const conclude = requests.add(noted)
      const planned = plan.take(endpoint, grantType)
      if (planned !== undefined && typeof planned !== 'function') {
        conclude(outcomeOf(planned))
        giveAnswer(planned, response)
      } else {
        const honest = await askHonestly(endpoint, asked)
        const { status, headers, body } = honest
        learn(endpoint, form, honest, noted)
        if (planned === undefined) {
          conclude({ status, error: errorIn(body), ...(endpoint === 'registration' && { clientId: clientIdOf(body) }) })
          response.writeHead(status, headers).end(body)
        } else {
          const altered = planned(honestly(honest))
          conclude(outcomeOf(altered))
          giveAnswer(altered, response)
        }
      }
      waiting.changed()
      const code = grantType === 'device_code' ? codes.find(form.get('device_code')) : undefined
      if (code?.state === 'waiting') onPolled(code)
    },
    code: ({ clientId, within }) =>
      waiting.until(() => codes.waiting(now(), clientId), {
        what: `a code${clientId ? ` of ${clientId}` : ''}`,
        within,
      }),
    decided(userCode, state) {
      tell(codes.set(userCode, state))
    },
  }
}

type Noted = Pick<RecordedRequest, 'endpoint' | 'grantType' | 'clientId' | 'at'>

const isForm = ({ headers }: Asked): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')

/** What is no JSON object has no error code and no client. */
function readObject(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(body.toString())
    return typeof read === 'object' && read !== null ? { ...read } : {}
  } catch {
    return {}
  }
}

const textIn = (body: Buffer, name: string): string | undefined => {
  const found = readObject(body)[name]
  return typeof found === 'string' ? found : undefined
}
const errorIn = (body: Buffer) => textIn(body, 'error')
const outcomeOf = (planned: PlannedAnswer): Partial<RecordedRequest> => {
  const { status, text } = spellOut(planned) ?? {}
  return { planned: true, status, error: text === undefined ? undefined : errorIn(Buffer.from(text)) }
}
const clientIdOf = (body: Buffer) => textIn(body, 'client_id')

function honestly({ status, headers, body }: Answered): HonestAnswer {
  const text = body.toString()
  const { 'content-length': _, ...kept } = headers
  const isJson = /\bjson\b/.test(String(headers['content-type'] ?? ''))
  return {
    status,
    headers: Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)])),
    body: isJson ? (JSON.parse(text) as unknown) : text,
  }
}
