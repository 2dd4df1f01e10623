// The JSON API: what the phone page needs besides MQTT. Bearer tokens only, so there is nothing to forge.
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { describeRoute, openAPIRouteHandler, resolver } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { KINDS } from '#contract/ids.ts'
import { ROLES, type Scope } from '#contract/scopes.ts'
import type { Accounts } from '../authorization/accounts.ts'
import type { Devices } from '../authorization/devices.ts'
import type { Admission } from '../broker/admission.ts'
import type { Principal } from '../broker/principal.ts'
import { problem } from './problem.ts'

interface Api {
  readonly Variables: { principal: Principal }
}

const devicesBody = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      kind: v.picklist(KINDS),
      name: v.string(),
      pairedAt: v.pipe(v.string(), v.isoTimestamp()),
      address: v.string(),
    }),
  ),
})
const meBody = v.object({ name: v.string(), role: v.picklist(ROLES), scopes: v.array(v.string()) })
const problemBody = v.object({ type: v.string(), title: v.string(), status: v.number(), detail: v.string() })

const answers = (description: string, schema: Parameters<typeof resolver>[0]) => ({
  description,
  content: { 'application/json': { schema: resolver(schema) } },
})
const fails = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: resolver(problemBody) } },
})
const refusals = { 401: fails('No usable access token'), 403: fails('The token lacks the scope') }

export function createApi(options: {
  readonly admission: Admission
  readonly accounts: Accounts
  readonly devices: Devices
  /** Puts a device out: its grants, tokens, connection and retained topics. False when there is no such device. */
  readonly unpair: (id: string) => Promise<boolean>
  readonly publicUrl: URL
}): Hono {
  const { admission, accounts, devices, unpair, publicUrl } = options
  const api = new Hono<Api>()
  const needs = (scope: Scope) => requireScope(admission, scope)

  api.get(
    '/devices',
    describeRoute({
      summary: 'The paired devices',
      responses: { 200: answers('All of them', devicesBody), ...refusals },
    }),
    needs('home:read'),
    (c) => {
      const paired = devices
        .paired()
        .flatMap(({ pairedAt, ...device }) =>
          pairedAt === undefined ? [] : [{ ...device, pairedAt: formatInstant(pairedAt) }],
        )
      return c.json({ devices: paired } satisfies v.InferOutput<typeof devicesBody>)
    },
  )
  api.delete(
    '/devices/:id',
    describeRoute({
      summary: 'Unpair a device: it is out within a second and must be paired again',
      responses: { 204: { description: 'It is out' }, ...refusals, 404: fails('No such device') },
    }),
    needs('home:admin'),
    async (c) =>
      (await unpair(c.req.param('id') ?? ''))
        ? c.body(null, 204)
        : problem(c, 404, 'No paired device has this id; it may have been unpaired before'),
  )
  api.get(
    '/me',
    describeRoute({
      summary: 'Who the token stands for',
      responses: { 200: answers('That person', meBody), ...refusals },
    }),
    needs('home:read'),
    (c) => {
      const { subject, scopes } = c.get('principal')
      const account = subject === undefined ? undefined : accounts.find(subject)
      if (account === undefined) return problem(c, 403, 'This token stands for no person')
      const { name, role } = account
      return c.json({ name, role, scopes: [...scopes] } satisfies v.InferOutput<typeof meBody>)
    },
  )
  api.get(
    '/openapi.json',
    openAPIRouteHandler(api, {
      documentation: {
        info: { title: 'Latchkey', version: '1', description: 'The household hub. State and control go over MQTT.' },
        servers: [{ url: new URL('/api', publicUrl).href }],
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
        security: [{ bearer: [] }],
      },
    }),
  )
  api.all('*', (c) => problem(c, 404, 'The API has no such path; see /api/openapi.json'))
  return new Hono().route('/api', api)
}

/** RFC 6750: 401 for a token that is not good, 403 for one that is not enough. */
function requireScope(admission: Admission, scope: Scope): MiddlewareHandler<Api> {
  return async (c, next) => {
    const token = bearerOf(c)
    if (token === undefined) return problem(c, 401, 'Send the access token as "Authorization: Bearer …"')
    const principal = await admission.admit(token).catch(() => undefined)
    if (principal === undefined)
      return problem(c, 401, 'The access token is not valid here, has expired or was revoked')
    if (!principal.scopes.includes(scope)) return problem(c, 403, `This needs the scope ${scope}`)
    c.set('principal', principal)
    return next()
  }
}

function bearerOf(c: Context): string | undefined {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(c.req.header('authorization') ?? '') ?? []
  return token
}
