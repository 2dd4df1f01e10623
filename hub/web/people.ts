// `/api/people` and `/api/invitations`: who belongs to the household, and how somebody joins it.
import { Hono } from 'hono'
import { every } from 'hono/combine'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { ROLES } from '#contract/scopes.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import type { AccountChange } from '../authorization/people/accounts.ts'
import {
  describeInvitation,
  type Invitation,
  type Invitations,
  MOST_INVITATIONS,
  newInvitation,
} from '../authorization/people/invitations.ts'
import type { People } from '../authorization/people/people.ts'
import { answers, fails, refusals, time } from './answers.ts'
import { type Asked, actorOf } from './bearer.ts'
import { asks, bodyRefusals, decodeBody, wholeBody } from './body.ts'
import { ends, type Guards, lists } from './owners.ts'
import { problem } from './problem.ts'

const peopleBody = v.object({
  people: v.array(
    v.object({ id: v.string(), name: v.string(), role: v.picklist(ROLES), createdAt: time, hasPassword: v.boolean() }),
  ),
})
const newRole = v.strictObject({ role: v.picklist(ROLES) })
const facts = {
  id: v.string(),
  role: v.picklist(ROLES),
  nameHint: v.nullable(v.string()),
  createdAt: time,
  expiresAt: time,
}
const invitationsBody = v.object({ invitations: v.array(v.object(facts)) })
const madeBody = v.object({ ...facts, link: v.string() })

export function peopleRoutes(options: Guards & { readonly people: People }): Hono<Asked> {
  const { people, needs, needsFreshPerson } = options
  const routes = new Hono<Asked>()
  routes.get(
    '/',
    ...lists(
      options,
      { summary: 'The people of the household' },
      {
        body: peopleBody,
        read: () => ({
          people: people.list().map(({ createdAt, ...rest }) => ({ ...rest, createdAt: formatInstant(createdAt) })),
        }),
      },
    ),
  )
  routes.patch(
    '/:id',
    describeRoute({
      summary: 'Change a role: what it does not allow any more has ended when this answers',
      requestBody: asks(newRole),
      responses: { 204: { description: 'It is changed' }, ...bodyRefusals, ...refusals, ...CHANGE },
    }),
    ...wholeBody,
    needs('home:admin'),
    needsFreshPerson,
    decodeBody(newRole),
    (c) => {
      const wanted = c.get('body')
      return answer(c, people.changeRole(c.req.param('id') ?? '', wanted.role, actorOf(c)))
    },
  )
  routes.delete(
    '/:id',
    describeRoute({
      summary: 'Remove a person: they are out within a second, and the devices that they let in stay',
      responses: { 204: { description: 'They are out' }, ...refusals, ...CHANGE },
    }),
    needs('home:admin'),
    needsFreshPerson,
    (c) => answer(c, people.remove(c.req.param('id') ?? '', actorOf(c))),
  )
  return routes
}

const CHANGE = { 404: fails('No such person'), 409: fails('The household would be without an owner') }

function answer(c: Parameters<typeof problem>[0], change: AccountChange) {
  switch (change) {
    case 'done':
      return c.body(null, 204)
    case 'unknown':
      return problem(c, 404, 'Nobody has this id; they may have been removed before')
    case 'last_owner':
      return problem(c, 409, 'This is the last owner: make somebody else one first')
  }
}

export function invitationRoutes(
  options: Guards & {
    readonly invitations: Invitations
    readonly publicUrl: URL
    readonly audit: Audit
  },
): Hono<Asked> {
  const { invitations, publicUrl, audit, needs, needsFreshPerson } = options
  const routes = new Hono<Asked>()
  routes.post(
    '/',
    describeRoute({
      summary: 'Invite somebody. This answer is the only one that holds the link',
      requestBody: asks(newInvitation),
      responses: {
        201: answers('The invitation; its link opens one account, once', madeBody),
        ...bodyRefusals,
        ...refusals,
      },
    }),
    ...wholeBody,
    needs('home:admin'),
    needsFreshPerson,
    decodeBody(newInvitation),
    (c) => {
      const wanted = c.get('body')
      const inviting = invitations.create({ ...wanted, createdBy: c.get('principal').subject })
      if (inviting.outcome === 'too_many') {
        return problem(c, 403, `There are ${MOST_INVITATIONS} invitations: withdraw one that is not needed`)
      }
      audit.record({ event: 'invitation_created', ...actorOf(c), detail: describeInvitation(inviting.invitation) })
      const link = new URL(`/invitation#${inviting.text}`, publicUrl).href
      return c.json({ ...formatted(inviting.invitation), link } satisfies v.InferOutput<typeof madeBody>, 201)
    },
  )
  routes.get(
    '/',
    ...lists(
      options,
      { summary: 'The invitations that are still good, without the links' },
      { body: invitationsBody, read: () => ({ invitations: invitations.list().map(formatted) }) },
    ),
  )
  routes.delete(
    '/:id',
    ...ends(
      every(needs('home:admin'), needsFreshPerson),
      {
        ...{ summary: 'Withdraw an invitation', done: 'It opens nothing any more', unknown: 'No such invitation' },
        gone: 'No invitation has this id; it may have been used or withdrawn before',
      },
      (c, id) => {
        const withdrawn = invitations.withdraw(id)
        if (withdrawn === undefined) return false
        audit.record({ event: 'invitation_withdrawn', ...actorOf(c), detail: describeInvitation(withdrawn) })
        return true
      },
    ),
  )
  return routes
}

const formatted = ({ createdAt, expiresAt, nameHint, ...rest }: Invitation) => ({
  ...rest,
  nameHint: nameHint ?? null,
  createdAt: formatInstant(createdAt),
  expiresAt: formatInstant(expiresAt),
})
