// `/api/sign-in`: what the phone page, or whoever builds another, has to know before anybody has signed in. No secret is among it.
import { Hono } from 'hono'
import { describeRoute } from 'hono-openapi'
import * as v from 'valibot'
import { answers } from './answers.ts'
import type { Asked } from './bearer.ts'

const signInBody = v.object({
  issuer: v.string(),
  /** Null: the page is no client there, and nobody can sign in on it. */
  clientId: v.nullable(v.string()),
  scope: v.string(),
  /** To be sent with requests for codes and tokens: what the token is for (RFC 8707 `resource`, Auth0's `audience`). */
  parameters: v.record(v.string(), v.string()),
  /** Whether people, devices and programs are let in and put out here. */
  own: v.boolean(),
})
export type SignInFacts = v.InferOutput<typeof signInBody>

export const signInRoutes = (facts: SignInFacts): Hono<Asked> =>
  new Hono<Asked>().get(
    '/sign-in',
    describeRoute({
      summary: 'Where a person signs in, and what to ask for there',
      security: [],
      responses: { 200: answers('The authorization server, and the page as its client', signInBody) },
    }),
    (c) => c.json(facts),
  )
