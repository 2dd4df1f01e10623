// How the OpenAPI document tells what a route answers.
import { resolver } from 'hono-openapi'
import * as v from 'valibot'

type Schema = Parameters<typeof resolver>[0]

/** An instant, as `formatInstant` writes it. */
export const time = v.pipe(v.string(), v.isoTimestamp())

const problemBody = v.object({ type: v.string(), title: v.string(), status: v.number(), detail: v.string() })

export const answers = (description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema: resolver(schema) } },
})

/** RFC 9457. */
export const fails = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: resolver(problemBody) } },
})

/** Of every route that needs a scope. */
export const refusals = { 401: fails('No usable access token'), 403: fails('The token lacks the scope') }
