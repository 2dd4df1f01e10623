// `/api/audit`: what happened at the door, for the owner.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { decode, ParseError } from '#contract/parse.ts'
import type { Audit, AuditRow } from '../authorization/audit/audit.ts'
import { answers, fails, refusals, time } from './answers.ts'
import type { Asked } from './bearer.ts'
import type { Guards } from './owners.ts'
import { problem } from './problem.ts'

const MOST = 500

const entryBody = v.object({
  id: v.number(),
  event: v.string(),
  at: time,
  /** The same once more within a minute is no new entry. */
  count: v.number(),
  lastAt: time,
  /** By the name of that time; the account may be gone. */
  account: v.nullable(v.object({ id: v.string(), name: v.nullable(v.string()) })),
  client: v.nullable(v.string()),
  /** Null: on the hub's own machine. */
  address: v.nullable(v.string()),
  detail: v.nullable(v.string()),
})
const listBody = v.object({
  entries: v.array(entryBody),
  /** `before` of the next page; null where this was the last. */
  next: v.nullable(v.number()),
})

const positive = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'it is a whole number'), v.toNumber(), v.minValue(1))
const query = v.object({
  before: v.optional(positive),
  limit: v.optional(v.pipe(positive, v.maxValue(MOST))),
})

export function auditRoutes({ audit, needs }: Pick<Guards, 'needs'> & { readonly audit: Audit }): Hono<Asked> {
  return new Hono<Asked>().get(
    '/',
    describeRoute({
      summary:
        'What happened: registrations, codes, decisions, grants, sign-ins, guesses and revocations, without secrets',
      parameters: [
        {
          name: 'before',
          in: 'query',
          description: '`next` of the page before',
          schema: { type: 'integer', minimum: 1 },
        },
        {
          ...{ name: 'limit', in: 'query', description: 'how many' },
          schema: { type: 'integer', minimum: 1, maximum: MOST, default: 100 },
        },
      ],
      responses: { 200: answers('Newest first', listBody), 400: fails('The query is not right'), ...refusals },
    }),
    needs('home:admin'),
    (c) => {
      // Services may hold the scope too; whom the household knows when is for those who answer for it.
      if (c.get('principal').role !== 'owner') return problem(c, 403, 'The owner reads this: sign in as the owner')
      const page = readPage(c.req.query())
      if (page instanceof ParseError) return problem(c, 400, page.message)
      const { before, limit = 100 } = page
      // One more tells whether there is another page.
      const found = audit.list({ before, limit: limit + 1 })
      const entries = found.slice(0, limit)
      const next = found.length > limit ? (entries.at(-1)?.id ?? null) : null
      return c.json({ entries: entries.map(formatted), next } satisfies v.InferOutput<typeof listBody>)
    },
  )
}

function readPage(asked: unknown): v.InferOutput<typeof query> | ParseError {
  try {
    return decode(query, asked, 'the query')
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}

const formatted = ({ accountId, accountName, ...row }: AuditRow): v.InferOutput<typeof entryBody> => ({
  ...{ id: row.id, event: row.event, at: formatInstant(row.at), count: row.count, lastAt: formatInstant(row.lastAt) },
  account: accountId === undefined ? null : { id: accountId, name: accountName ?? null },
  ...{ client: row.clientId ?? null, address: row.address ?? null, detail: row.detail ?? null },
})
