// The JSON API: what the phone page needs besides MQTT. Bearer tokens only, so there is nothing to forge.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { type Clock, formatInstant } from '#contract/clock.ts'
import { KINDS } from '#contract/ids.ts'
import { AUDIENCE, ROLE_CEILING, ROLES, type Scope } from '#contract/scopes.ts'
import type { AppPasswords } from '../authorization/app-passwords.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import type { Apps } from '../authorization/clients/apps.ts'
import type { RegistrationTokens } from '../authorization/clients/registration-tokens.ts'
import { type Devices, deviceFacts } from '../authorization/devices/devices.ts'
import { PAGE_CLIENT } from '../authorization/page-client.ts'
import type { Requests } from '../authorization/pages/requests.ts'
import type { Accounts } from '../authorization/people/accounts.ts'
import type { Invitations } from '../authorization/people/invitations.ts'
import type { People } from '../authorization/people/people.ts'
import type { Admission } from '../broker/admission.ts'
import { answers, fails, refusals, time } from './answers.ts'
import { appPasswordRoutes } from './app-passwords.ts'
import { auditRoutes } from './audit.ts'
import { type Asked, actorOf, requireFreshPerson, requireScope } from './bearer.ts'
import { asks, bodyRefusals, decodeBody, notCached, wholeBody } from './body.ts'
import { clientRoutes } from './clients.ts'
import { noSuchRoute } from './no-such-route.ts'
import { openApi } from './open-api.ts'
import { ends } from './owners.ts'
import { invitationRoutes, peopleRoutes } from './people.ts'
import { problem } from './problem.ts'
import { signInRoutes } from './sign-in.ts'

const devicesBody = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      kind: v.picklist(KINDS),
      name: v.string(),
      room: v.nullable(v.string()),
      pairedAt: time,
      address: v.string(),
    }),
  ),
})
const meBody = v.object({ name: v.string(), role: v.picklist(ROLES), scopes: v.array(v.string()) })

export function createApi(options: {
  readonly admission: Admission
  readonly accounts: Accounts
  readonly people: People
  readonly invitations: Invitations
  readonly devices: Devices
  readonly appPasswords: AppPasswords
  readonly apps: Apps
  readonly registrationTokens: RegistrationTokens
  readonly audit: Audit
  /** Whether a program is connected to the broker with this app password. */
  readonly isConnected: (appPassword: string) => boolean
  /** Puts a device out: its grants, tokens, connection and retained topics. False when there is no such device. */
  readonly unpair: (id: string) => Promise<boolean>
  readonly publicUrl: URL
  readonly clock: Clock
}): Hono<Requests> {
  const { admission, accounts, people, invitations, devices, appPasswords, apps, registrationTokens, audit } = options
  const { isConnected, unpair, publicUrl, clock } = options
  const api = new Hono<Asked>()
  const needs = (scope: Scope) => requireScope(admission, publicUrl, scope)
  const guards = { needs, needsFreshPerson: requireFreshPerson(clock), audit }
  api.use(notCached)

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
        .flatMap(({ pairedAt, room = null, ...device }) =>
          pairedAt === undefined ? [] : [{ ...device, room, pairedAt: formatInstant(pairedAt) }],
        )
      return c.json({ devices: paired } satisfies v.InferOutput<typeof devicesBody>)
    },
  )
  api.patch(
    '/devices/:id',
    describeRoute({
      summary: 'What the household calls a device, and its room; an empty room is none',
      requestBody: asks(deviceFacts),
      responses: {
        204: { description: 'It is called that' },
        ...bodyRefusals,
        ...refusals,
        404: fails('No such device'),
      },
    }),
    ...wholeBody,
    needs('home:admin'),
    decodeBody(deviceFacts),
    (c) => {
      const id = c.req.param('id') ?? ''
      if (devices.find(id)?.pairedAt === undefined || !devices.describe(id, c.get('body'))) {
        return problem(c, 404, 'No paired device has this id')
      }
      return c.body(null, 204)
    },
  )
  api.delete(
    '/devices/:id',
    ...ends(
      needs('home:admin'),
      {
        summary: 'Unpair a device: it is out within a second and must be paired again',
        ...{ done: 'It is out', unknown: 'No such device' },
        gone: 'No paired device has this id; it may have been unpaired before',
      },
      async (c, id) => {
        const isKnown = await unpair(id)
        if (isKnown) audit.record({ event: 'device_unpaired', clientId: id, ...actorOf(c) })
        return isKnown
      },
    ),
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
  api.route('/', clientRoutes({ apps, tokens: registrationTokens, ...guards }))
  api.route('/app-passwords', appPasswordRoutes({ appPasswords, isConnected, ...guards }))
  api.route('/people', peopleRoutes({ people, ...guards }))
  api.route('/invitations', invitationRoutes({ invitations, publicUrl, ...guards }))
  api.route('/audit', auditRoutes({ audit, needs }))
  api.route(
    '/',
    signInRoutes({
      ...{ issuer: publicUrl.origin, clientId: PAGE_CLIENT, own: true },
      scope: ['openid', ...ROLE_CEILING.owner].join(' '),
      parameters: { resource: AUDIENCE },
    }),
  )
  api.get('/openapi.json', openApi(api, publicUrl))
  api.all('*', noSuchRoute(api, 'The API has no such path; see /api/openapi.json'))
  return new Hono<Requests>().route('/api', api)
}
