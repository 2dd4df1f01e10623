// `/api/app-passwords`: making, listing and revoking the keys of programs that cannot refresh a token.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { HOME_SCOPES } from '#contract/scopes.ts'
import {
  type AppPassword,
  type AppPasswords,
  describeAppPassword,
  MOST_APP_PASSWORDS,
  newAppPassword,
} from '../authorization/app-passwords.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import { answers, refusals, time } from './answers.ts'
import { type Asked, actorOf } from './bearer.ts'
import { asks, bodyRefusals, decodeBody, wholeBody } from './body.ts'
import { ends, type Guards, lists } from './owners.ts'
import { problem } from './problem.ts'

const facts = { id: v.string(), name: v.string(), scopes: v.array(v.picklist(HOME_SCOPES)), createdAt: time }
const madeBody = v.object({ ...facts, password: v.string() })
const listBody = v.object({
  appPasswords: v.array(v.object({ ...facts, lastUsedAt: v.nullable(time), connected: v.boolean() })),
})

export function appPasswordRoutes(
  options: Guards & {
    readonly appPasswords: AppPasswords
    readonly audit: Audit
    /** Whether a program is connected to the broker with this one. */
    readonly isConnected: (id: string) => boolean
  },
): Hono<Asked> {
  const { appPasswords, audit, isConnected, needs, needsFreshPerson } = options
  const routes = new Hono<Asked>()
  routes.post(
    '/',
    describeRoute({
      summary: 'Make an app password. This answer is the only one that holds it',
      requestBody: asks(newAppPassword),
      responses: {
        201: answers('The app password, this once', madeBody),
        ...bodyRefusals,
        ...refusals,
      },
    }),
    ...wholeBody,
    needs('home:admin'),
    // A person, and one who is there: one that leaked could otherwise live on in others after it was revoked.
    needsFreshPerson,
    decodeBody(newAppPassword),
    (c) => {
      const { subject: accountId, scopes } = c.get('principal')
      const making = appPasswords.create({ ...c.get('body'), createdBy: { accountId, scopes } })
      switch (making.outcome) {
        case 'made': {
          const { id, name, scopes: given, createdAt } = making.appPassword
          const detail = describeAppPassword(making.appPassword)
          audit.record({ event: 'app_password_created', clientId: id, detail, ...actorOf(c) })
          const made = { id, name, scopes: [...given], createdAt: formatInstant(createdAt), password: making.text }
          return c.json(made satisfies v.InferOutput<typeof madeBody>, 201)
        }
        case 'beyond_maker':
          return problem(c, 403, `Nobody hands on more than they hold: leave out ${making.scopes.join(', ')}`)
        case 'too_many':
          return problem(c, 403, `There are ${MOST_APP_PASSWORDS} app passwords: revoke one that is not needed`)
      }
    },
  )
  routes.get(
    '/',
    ...lists(
      options,
      { summary: 'The app passwords, without the secrets' },
      {
        body: listBody,
        read: () => ({
          appPasswords: appPasswords.list().map((each) => ({ ...formatted(each), connected: isConnected(each.id) })),
        }),
      },
    ),
  )
  routes.delete(
    '/:id',
    ...ends(
      needs('home:admin'),
      {
        summary: 'Revoke an app password: whoever is connected with it is out within a second',
        ...{ done: 'It opens nothing any more', unknown: 'No such app password' },
        gone: 'No app password has this id; it may have been revoked before',
      },
      (c, id) => {
        const revoked = appPasswords.revoke(id)
        if (revoked === undefined) return false
        audit.record({ event: 'app_password_revoked', clientId: id, detail: revoked.name, ...actorOf(c) })
        return true
      },
    ),
  )
  return routes
}

const formatted = ({ scopes, createdAt, lastUsedAt, ...rest }: AppPassword) => ({
  ...rest,
  scopes: [...scopes],
  createdAt: formatInstant(createdAt),
  lastUsedAt: lastUsedAt === undefined ? null : formatInstant(lastUsedAt),
})
