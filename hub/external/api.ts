// The JSON API where another server says who comes in: what the house is, and nothing about people, pairing and programs.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { type DeviceId, KINDS, kindOf } from '#contract/ids.ts'
import { ROLES } from '#contract/scopes.ts'
import type { Requests } from '../authorization/pages/requests.ts'
import type { Admission } from '../broker/admission.ts'
import type { Feed } from '../home/feed.ts'
import { answers, fails, refusals } from '../web/answers.ts'
import { type Asked, requireScope } from '../web/bearer.ts'
import { notCached } from '../web/body.ts'
import { noSuchRoute } from '../web/no-such-route.ts'
import { openApi } from '../web/open-api.ts'
import { problem } from '../web/problem.ts'
import { type SignInFacts, signInRoutes } from '../web/sign-in.ts'
import type { ExternalConfig } from './config.ts'

/** As a hub of its own answers, without what only the other server knows. */
const devicesBody = v.object({
  devices: v.array(
    v.object({
      ...{ id: v.string(), kind: v.picklist(KINDS), name: v.string() },
      ...{ room: v.null(), pairedAt: v.null(), address: v.null() },
    }),
  ),
})
const meBody = v.object({ name: v.string(), role: v.nullable(v.picklist(ROLES)), scopes: v.array(v.string()) })

export function createExternalApi(options: {
  readonly config: ExternalConfig
  readonly admission: Admission
  readonly feed: Feed
  /** False while it is connected. */
  readonly forget: (device: DeviceId) => Promise<boolean>
  readonly publicUrl: URL
}): Hono<Requests> {
  const { config, admission, feed, forget, publicUrl } = options
  const api = new Hono<Asked>()
  const reads = requireScope(admission, publicUrl, 'home:read')

  api.use(notCached)
  api.route('/', signInRoutes(signInFacts(config)))
  api.get(
    '/devices',
    describeRoute({
      summary: 'The devices that the broker knows',
      responses: { 200: answers('All of them', devicesBody), ...refusals },
    }),
    reads,
    (c) => {
      const devices = [...feed.home.values()]
        .map(({ id, name }) => ({ id, kind: kindOf(id), name: name ?? id, room: null, pairedAt: null, address: null }))
        .sort((one, other) => one.id.localeCompare(other.id))
      return c.json({ devices } satisfies v.InferOutput<typeof devicesBody>)
    },
  )
  api.delete(
    '/devices/:id',
    describeRoute({
      summary: 'Forget a device that is away: what it said last is gone. One that is still let in comes back as new',
      responses: {
        204: { description: 'It is forgotten' },
        ...refusals,
        404: fails('No such device'),
        409: fails('It is connected'),
      },
    }),
    requireScope(admission, publicUrl, 'home:admin'),
    async (c) => {
      const device = [...feed.home.values()].find(({ id }) => id === c.req.param('id'))
      if (device === undefined) return problem(c, 404, 'The broker knows no device of this id')
      if (await forget(device.id)) return c.body(null, 204)
      return problem(c, 409, `It is connected: take its client away at ${config.issuer} first`)
    },
  )
  api.get(
    '/me',
    describeRoute({
      summary: 'Who the token stands for',
      responses: { 200: answers('By the name that its issuer uses', meBody), ...refusals },
    }),
    reads,
    (c) => {
      const { subject: name, role = null, scopes } = c.get('principal')
      return c.json({ name, role, scopes: [...scopes] } satisfies v.InferOutput<typeof meBody>)
    },
  )
  api.get('/openapi.json', openApi(api, publicUrl))
  const detail = `No such path; people, devices and programs are let in at ${config.issuer}. See /api/openapi.json`
  api.all('*', noSuchRoute(api, detail))
  return new Hono<Requests>().route('/api', api)
}

/** `audience` for Auth0, `resource` (RFC 8707) for who follows the standard, which wants a URI; servers pass over what they do not know. */
function signInFacts({ issuer, audience, pageClientId, map }: ExternalConfig): SignInFacts {
  return {
    ...{ issuer, clientId: pageClientId ?? null, own: false },
    scope: ['openid', ...map.scopes.keys()].join(' '),
    parameters: { audience, ...(URL.canParse(audience) && { resource: audience }) },
  }
}
