// `/api/registration-tokens` and `/api/clients`: letting a program be registered, and putting it out again.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { HOME_SCOPES } from '#contract/scopes.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import type { App, Apps } from '../authorization/clients/apps.ts'
import {
  newRegistrationToken,
  type RegistrationToken,
  type RegistrationTokens,
} from '../authorization/clients/registration-tokens.ts'
import { answers, refusals, time } from './answers.ts'
import { type Asked, actorOf } from './bearer.ts'
import { asks, bodyRefusals, decodeBody, wholeBody } from './body.ts'
import { ends, type Guards, lists } from './owners.ts'
import { problem } from './problem.ts'

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

export function clientRoutes(
  options: Guards & {
    readonly apps: Apps
    readonly tokens: RegistrationTokens
    readonly audit: Audit
  },
): Hono<Asked> {
  const { apps, tokens, audit, needs, needsFreshPerson } = options
  const routes = new Hono<Asked>()
  routes.post(
    '/registration-tokens',
    describeRoute({
      summary:
        'Let one program be registered (RFC 7591). This answer is the only one that holds the token; it lasts an hour',
      requestBody: asks(newRegistrationToken),
      responses: { 201: answers('The token, this once', madeBody), ...bodyRefusals, ...refusals },
    }),
    ...wholeBody,
    needs('home:admin'),
    needsFreshPerson,
    decodeBody(newRegistrationToken),
    (c) => {
      const { subject: createdBy, scopes } = c.get('principal')
      const wanted = c.get('body')
      const beyond = wanted.scopes.filter((scope) => !scopes.includes(scope))
      if (beyond.length > 0)
        return problem(c, 403, `Nobody hands on more than they hold: leave out ${beyond.join(', ')}`)
      const made = tokens.create({ ...wanted, createdBy })
      if (made === undefined) return problem(c, 403, 'Too many registrations wait: withdraw one, or wait an hour')
      audit.record({ event: 'registration_allowed', ...actorOf(c), detail: made.token.name })
      return c.json({ ...formatToken(made.token), token: made.text } satisfies v.InferOutput<typeof madeBody>, 201)
    },
  )
  routes.get(
    '/registration-tokens',
    ...lists(
      options,
      { summary: 'The registrations that wait for their program, without the tokens', order: 'All of them' },
      { body: tokensBody, read: () => ({ registrationTokens: tokens.list().map(formatToken) }) },
    ),
  )
  routes.delete(
    '/registration-tokens/:id',
    ...ends(
      needs('home:admin'),
      {
        ...{ summary: 'Withdraw a registration that waits', done: 'It registers nothing any more' },
        ...{ unknown: 'No such one', gone: 'No registration that waits has this id' },
      },
      (c, id) => {
        const withdrawn = tokens.withdraw(id)
        if (withdrawn === undefined) return false
        audit.record({ event: 'registration_withdrawn', ...actorOf(c), detail: withdrawn.name })
        return true
      },
    ),
  )
  routes.get(
    '/clients',
    ...lists(
      options,
      { summary: 'The programs that were registered', order: 'All of them' },
      { body: clientsBody, read: () => ({ clients: apps.list().map(formatApp) }) },
    ),
  )
  routes.delete(
    '/clients/:id',
    ...ends(
      needs('home:admin'),
      {
        summary: 'Put a program out: whatever it was given ends within a second',
        ...{ done: 'It is out', unknown: 'No such program', gone: 'No registered program has this id' },
      },
      (c, clientId) => {
        const isKnown = apps.remove(clientId)
        if (isKnown) audit.record({ event: 'client_removed', clientId, ...actorOf(c) })
        return isKnown
      },
    ),
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
