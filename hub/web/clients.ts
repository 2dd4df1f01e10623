// `/api/registration-tokens` and `/api/clients`: letting a program be registered, and putting it out again.
import { Hono, type MiddlewareHandler } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { HOME_SCOPES, type Scope } from '#contract/scopes.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import type { App, Apps } from '../authorization/clients/apps.ts'
import {
  newRegistrationToken,
  type RegistrationToken,
  type RegistrationTokens,
} from '../authorization/clients/registration-tokens.ts'
import { answers, fails, refusals } from './answers.ts'
import { type Asked, actorOf } from './bearer.ts'
import { asks, decodeBody, notCached, wholeBody } from './body.ts'
import { problem } from './problem.ts'

const time = v.pipe(v.string(), v.isoTimestamp())
const tokenFacts = {
  ...{ id: v.string(), name: v.string(), scopes: v.array(v.picklist(HOME_SCOPES)) },
  ...{ password: v.boolean(), expiresAt: time },
}
const madeBody = v.object({ ...tokenFacts, token: v.string() })
const tokensBody = v.object({ registrationTokens: v.array(v.object(tokenFacts)) })
const clientsBody = v.object({
  clients: v.array(
    v.object({
      ...{ id: v.string(), name: v.string(), scopes: v.array(v.picklist(HOME_SCOPES)), registeredAt: time },
      ...{ grantTypes: v.array(v.string()), redirectUris: v.array(v.string()) },
    }),
  ),
})

export function clientRoutes(options: {
  readonly apps: Apps
  readonly tokens: RegistrationTokens
  readonly audit: Audit
  /** Puts a program out: its grants, tokens and connections. False when there is none. */
  readonly removeApp: (id: string) => boolean
  readonly needs: (scope: Scope) => MiddlewareHandler<Asked>
  readonly needsFreshPerson: MiddlewareHandler<Asked>
}): Hono<Asked> {
  const { apps, tokens, audit, removeApp, needs, needsFreshPerson } = options
  const routes = new Hono<Asked>()
  routes.use(notCached)

  routes.post(
    '/registration-tokens',
    describeRoute({
      summary:
        'Let one program be registered (RFC 7591). This answer is the only one that holds the token; it lasts an hour',
      requestBody: asks(newRegistrationToken),
      responses: { 201: answers('The token, this once', madeBody), 400: fails('The body is not right'), ...refusals },
    }),
    ...wholeBody,
    needs('home:admin'),
    needsFreshPerson,
    decodeBody(newRegistrationToken),
    (c) => {
      const made = tokens.create(c.get('body'))
      if (made === undefined) return problem(c, 403, 'Too many registrations wait: withdraw one, or wait an hour')
      audit.record({ event: 'registration_allowed', ...actorOf(c), detail: made.token.name })
      return c.json({ ...formatToken(made.token), token: made.text } satisfies v.InferOutput<typeof madeBody>, 201)
    },
  )
  routes.get(
    '/registration-tokens',
    describeRoute({
      summary: 'The registrations that wait for their program, without the tokens',
      responses: { 200: answers('All of them', tokensBody), ...refusals },
    }),
    needs('home:admin'),
    (c) => c.json({ registrationTokens: tokens.list().map(formatToken) } satisfies v.InferOutput<typeof tokensBody>),
  )
  routes.delete(
    '/registration-tokens/:id',
    describeRoute({
      summary: 'Withdraw a registration that waits',
      responses: { 204: { description: 'It registers nothing any more' }, ...refusals, 404: fails('No such one') },
    }),
    needs('home:admin'),
    (c) =>
      tokens.withdraw(c.req.param('id') ?? '')
        ? c.body(null, 204)
        : problem(c, 404, 'No registration that waits has this id'),
  )
  routes.get(
    '/clients',
    describeRoute({
      summary: 'The programs that were registered',
      responses: { 200: answers('All of them', clientsBody), ...refusals },
    }),
    needs('home:admin'),
    (c) => c.json({ clients: apps.list().map(formatApp) } satisfies v.InferOutput<typeof clientsBody>),
  )
  routes.delete(
    '/clients/:id',
    describeRoute({
      summary: 'Put a program out: whatever it was given ends within a second',
      responses: { 204: { description: 'It is out' }, ...refusals, 404: fails('No such program') },
    }),
    needs('home:admin'),
    (c) => {
      const clientId = c.req.param('id') ?? ''
      if (!removeApp(clientId)) return problem(c, 404, 'No registered program has this id')
      audit.record({ event: 'client_removed', clientId, ...actorOf(c) })
      return c.body(null, 204)
    },
  )
  return routes
}

const formatToken = ({ id, name, scopes, password, expiresAt }: RegistrationToken) => ({
  ...{ id, name, scopes: [...scopes], password, expiresAt: formatInstant(expiresAt) },
})

const formatApp = ({ id, name, scopes, registeredAt, grantTypes, redirectUris }: App) => ({
  ...{ id, name, scopes: [...scopes], registeredAt: formatInstant(registeredAt) },
  ...{ grantTypes: [...grantTypes], redirectUris: [...redirectUris] },
})
