// `/api/app-passwords`: making, listing and revoking the keys of programs that cannot refresh a token.
import { Hono, type MiddlewareHandler } from 'hono'
import { describeRoute, resolver } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { HOME_SCOPES, type Scope } from '#contract/scopes.ts'
import {
  type AppPassword,
  type AppPasswords,
  MOST_APP_PASSWORDS,
  newAppPassword,
} from '../authorization/app-passwords.ts'
import type { Audit } from '../authorization/audit.ts'
import { answers, fails, refusals } from './answers.ts'
import { type Asked, actorOf } from './bearer.ts'
import { decodeBody, receiveBody } from './body.ts'
import { problem } from './problem.ts'

const time = v.pipe(v.string(), v.isoTimestamp())
const facts = { id: v.string(), name: v.string(), scopes: v.array(v.picklist(HOME_SCOPES)), createdAt: time }
const madeBody = v.object({ ...facts, password: v.string() })
const listBody = v.object({
  appPasswords: v.array(v.object({ ...facts, lastUsedAt: v.nullable(time), connected: v.boolean() })),
})

export function appPasswordRoutes(options: {
  readonly appPasswords: AppPasswords
  readonly audit: Audit
  /** Whether a program is connected to the broker with this one. */
  readonly isConnected: (id: string) => boolean
  readonly needs: (scope: Scope) => MiddlewareHandler<Asked>
}): Hono<Asked> {
  const { appPasswords, audit, isConnected, needs } = options
  const routes = new Hono<Asked>()

  routes.use(async (c, next) => {
    await next()
    // One answer holds a secret, the others what there is to attack: nothing of this is for a cache.
    c.header('cache-control', 'no-store')
  })
  routes.post(
    '/',
    describeRoute({
      summary: 'Make an app password. This answer is the only one that holds it',
      requestBody: { required: true, content: { 'application/json': { schema: resolver(newAppPassword, SHAPE) } } },
      responses: {
        201: answers('The app password, this once', madeBody),
        400: fails('The body is not right'),
        ...refusals,
      },
    }),
    ...receiveBody,
    needs('home:admin'),
    decodeBody(newAppPassword),
    (c) => {
      const { credential, subject: accountId, scopes } = c.get('principal')
      // One that leaked could otherwise live on in others after it was revoked.
      if (credential === 'app_password') return problem(c, 403, 'A person makes app passwords: sign in as the owner')
      const making = appPasswords.create({ ...c.get('body'), createdBy: { accountId, scopes } })
      switch (making.outcome) {
        case 'made': {
          const { id, name, scopes: given, createdAt } = making.appPassword
          const detail = `${name}: ${given.join(' ')}`
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
    describeRoute({
      summary: 'The app passwords, without the secrets',
      responses: { 200: answers('All of them, oldest first', listBody), ...refusals },
    }),
    needs('home:admin'),
    (c) => {
      const listed = appPasswords.list().map((each) => ({ ...formatted(each), connected: isConnected(each.id) }))
      return c.json({ appPasswords: listed } satisfies v.InferOutput<typeof listBody>)
    },
  )
  routes.delete(
    '/:id',
    describeRoute({
      summary: 'Revoke an app password: whoever is connected with it is out within a second',
      responses: { 204: { description: 'It opens nothing any more' }, ...refusals, 404: fails('No such app password') },
    }),
    needs('home:admin'),
    (c) => {
      const id = c.req.param('id') ?? ''
      const detail = appPasswords.list().find((each) => each.id === id)?.name
      if (!appPasswords.revoke(id)) {
        return problem(c, 404, 'No app password has this id; it may have been revoked before')
      }
      audit.record({ event: 'app_password_revoked', clientId: id, detail, ...actorOf(c) })
      return c.body(null, 204)
    },
  )
  return routes
}

/** JSON Schema has no word for trimming, nor for a pattern's flags: what it cannot say, the answer to a wrong body does. */
const SHAPE = { typeMode: 'input', errorMode: 'ignore' } as const

const formatted = ({ scopes, createdAt, lastUsedAt, ...rest }: AppPassword) => ({
  ...rest,
  scopes: [...scopes],
  createdAt: formatInstant(createdAt),
  lastUsedAt: lastUsedAt === undefined ? null : formatInstant(lastUsedAt),
})
