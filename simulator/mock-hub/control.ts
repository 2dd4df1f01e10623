// The handle of a mock hub as a small JSON API, for firmware and programs in other languages. See CONTROL_HELP.
import type { ServerResponse } from 'node:http'
import * as v from 'valibot'
import { decode, decodeJson, ParseError } from '#contract/parse.ts'
import { ERROR_CODES, NON_ANSWERS, type PlannedAnswer } from '../answers.ts'
import type { MockHub } from './api.ts'
import { ENDPOINTS, GRANT_TYPES } from './endpoints.ts'
import type { Asked } from './forward.ts'

export const CONTROL_PATH = '/_mock/'

export const CONTROL_HELP = `  POST next          {"answers": ["slow_down", 503, "hang",
                       {"status": 400, "body": {"error": "invalid_grant"}}]}
                     of polls; of others: "endpoint", one of
${inLines(ENDPOINTS)}
                     and for "token" also "grantType", one of
${inLines(GRANT_TYPES)}
                     answers: an HTTP status, a whole answer, an OAuth error, or
${inLines(NON_ANSWERS)}
  POST approve       {"userCode": "WDJB-MJHT"}
  POST deny          {"userCode": "WDJB-MJHT"}
  POST refuse        {} or {"how": 5}: a return code from 1 to 5 (MQTT 3.1.1)
  POST accept        lets in again whoever may come in
  POST disturb       {"drop": 0.1, "double": 0, "reorder": 0, "delay": "2s",
                       "topic": "homie/", "way": "to_broker"}; {} ends it
  POST disconnect    {"clientId": "thermostat-k3f9ab"}
  POST half-open     {"clientId": "thermostat-k3f9ab"}
  POST publish       {"topic": "…", "payload": "…", "retain": false}
  POST tokens        {"lifetime": "5s"}
  POST rotate-keys   {"keep": true}
  POST revoke        {"clientId": "thermostat-k3f9ab"}
  POST reset         forgets plans, faults, requests and messages
  GET  requests      what was asked of the authorization server, without secrets
  GET  codes         the user codes that were given out, and their state
  GET  messages      what was said at the broker
  GET  access-token  the owner's; ?scope=home:read%20climate:control
  GET                this list`

/** Words below one another's column, as many a line as 80 columns have room for. */
function inLines(words: readonly string[]): string {
  const indent = ' '.repeat(23)
  const lines: string[] = []
  for (const word of words) {
    const line = lines.length === 0 ? indent + word : `${lines.at(-1)}, ${word}`
    if (lines.length > 0 && line.length < 79) lines[lines.length - 1] = line
    else lines.push(indent + word)
  }
  return lines.join(',\n')
}

const known = v.union([
  v.picklist(ERROR_CODES),
  v.picklist(NON_ANSWERS),
  v.number(),
  v.strictObject({
    status: v.number(),
    headers: v.exactOptional(v.record(v.string(), v.string())),
    body: v.exactOptional(v.unknown()),
  }),
])
const ANSWERS = [...ERROR_CODES, ...NON_ANSWERS].join(', ')
/** As `known`, with one sentence for what none of them is. */
const answer = v.pipe(
  v.unknown(),
  v.check((input) => v.is(known, input), `an answer is ${ANSWERS}, an HTTP status, or {"status", "headers", "body"}`),
  v.transform((input) => input as v.InferOutput<typeof known>),
)

/** One of `--answers`. Throws a `RangeError` for what is none. */
export function readAnswer(text: string): PlannedAnswer {
  const read = /^\d+$/.test(text) ? Number(text) : text
  if (v.is(known, read)) return read
  throw new RangeError(`Cannot plan an answer as it must be one of ${ANSWERS} or an HTTP status: got "${text}"`)
}

const next = v.strictObject({
  answers: v.array(answer),
  endpoint: v.exactOptional(v.picklist(ENDPOINTS), 'token'),
  grantType: v.exactOptional(v.picklist(GRANT_TYPES)),
})
const code = v.strictObject({ userCode: v.string() })
const refuse = v.strictObject({ how: v.exactOptional(v.picklist(['gone', 1, 2, 3, 4, 5])) })
const disturb = v.strictObject({
  drop: v.exactOptional(v.number()),
  double: v.exactOptional(v.number()),
  reorder: v.exactOptional(v.number()),
  delay: v.exactOptional(v.string()),
  topic: v.exactOptional(v.string()),
  way: v.exactOptional(v.picklist(['to_broker', 'from_broker'])),
})
const publish = v.strictObject({
  topic: v.string(),
  payload: v.string(),
  retain: v.exactOptional(v.boolean()),
  qos: v.exactOptional(v.picklist([0, 1])),
})
const tokens = v.strictObject({ lifetime: v.string() })
const rotateKeys = v.strictObject({ keep: v.exactOptional(v.boolean(), true) })
const client = v.strictObject({ clientId: v.string() })
const nothing = v.strictObject({})

type Job = (hub: Hub, asked: Asked) => unknown
type Hub = Omit<MockHub, typeof Symbol.asyncDispose>

/** A job whose request carries JSON; no body is an empty object. */
const told =
  <T>(schema: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>, act: (hub: Hub, wanted: T) => unknown): Job =>
  (hub, { body, url }) => {
    const text = body.toString()
    return act(hub, text === '' ? decode(schema, {}, url) : decodeJson(schema, text, url))
  }

const JOBS: Readonly<Record<string, Job>> = {
  'GET ': () => ({
    routes: Object.keys(JOBS).map((name) => name.replace(' ', ` ${CONTROL_PATH}`)),
    help: CONTROL_HELP.split('\n'),
  }),
  'POST next': told(next, ({ authorization }, { answers, endpoint, grantType }) => {
    authorization.next({ endpoint, ...(grantType !== undefined && { grantType }) }, ...answers)
    return { planned: authorization.planned }
  }),
  'POST approve': told(code, (hub, { userCode }) => hub.approve(userCode)),
  'POST deny': told(code, (hub, { userCode }) => hub.deny(userCode)),
  'POST refuse': told(refuse, ({ broker }, { how }) => broker.refuse(how)),
  'POST accept': told(nothing, ({ broker }) => broker.accept()),
  'POST disturb': told(disturb, ({ broker }, how) => broker.disturb(Object.keys(how).length === 0 ? undefined : how)),
  'POST disconnect': told(client, ({ broker }, { clientId }) => broker.disconnect(clientId)),
  'POST half-open': told(client, ({ broker }, { clientId }) => broker.halfOpen(clientId)),
  'POST publish': told(publish, ({ broker }, { topic, payload, ...how }) => broker.publish(topic, payload, how)),
  'POST tokens': told(tokens, ({ authorization }, wanted) => authorization.issueTokens(wanted)),
  'POST rotate-keys': told(rotateKeys, ({ authorization }, wanted) => authorization.rotateKeys(wanted)),
  'POST revoke': told(client, ({ authorization }, { clientId }) => authorization.revoke(clientId)),
  'POST reset': told(nothing, (hub) => hub.reset()),
  'GET requests': ({ authorization: { requests } }) => ({ requests }),
  'GET codes': ({ authorization: { codes } }) => ({ codes }),
  'GET messages': ({ broker: { messages } }) => ({ messages }),
  'GET access-token': async (hub, { url }) => {
    const scope = new URL(url, hub.issuer).searchParams.get('scope')
    return { accessToken: await hub.accessToken(scope?.split(' ')) }
  },
}

/** Answers one request of the control API. Problems are as RFC 9457 says. */
export async function control(hub: Hub, asked: Asked, response: ServerResponse): Promise<void> {
  const { method, url, headers } = asked
  const path = url.split('?', 1)[0] ?? ''
  const name = path.slice(CONTROL_PATH.length)
  const job = Object.hasOwn(JOBS, `${method} ${name}`) ? JOBS[`${method} ${name}`] : undefined
  if (isForeign(headers, hub.issuer)) return problem(response, 403, 'A page of another site may not control this hub')
  if (job === undefined)
    return problem(response, 404, `The mock hub has no ${method} ${path}; see latchkey mock-hub --help`)
  try {
    const outcome = await job(hub, asked)
    if (outcome === undefined) response.writeHead(204).end()
    else
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(outcome))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const wrong = error instanceof ParseError || error instanceof RangeError
    problem(response, wrong ? 400 : 409, error.message)
  }
}

/** A browser on this machine may be on anybody's page; DNS rebinding gives that page our address, and never our name. */
function isForeign({ origin, host }: Asked['headers'], issuer: URL): boolean {
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${issuer.port}`)
  return !names.includes(host ?? '') || (origin !== undefined && !names.some((name) => origin === `http://${name}`))
}

const TITLES = {
  400: 'The request cannot be read',
  403: 'Not from here',
  404: 'There is no such thing',
  409: 'It cannot be done',
}

function problem(response: ServerResponse, status: keyof typeof TITLES, detail: string): void {
  const body = { type: 'about:blank', title: TITLES[status], status, detail }
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body))
}
