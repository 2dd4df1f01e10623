// What a route is sent: received once, bounded, and refused in words. It is received before the bearer is asked for, so that whoever signs
// out while it is on its way does nothing any more, and decoded after it, so that nobody learns from strangers' bodies.
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { resolver } from 'hono-openapi'
import type * as v from 'valibot'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { fails } from './answers.ts'
import type { Asked } from './bearer.ts'
import { problem } from './problem.ts'

const LARGEST_BODY = 16 * 1024

/** Ends the request where its body is too long, and waits for all of it. */
export const wholeBody: readonly [MiddlewareHandler<Asked>, MiddlewareHandler<Asked>] = [
  bodyLimit({
    maxSize: LARGEST_BODY,
    onError: (c) => problem(c, 413, `The body has more than ${LARGEST_BODY} bytes`),
  }),
  async (c, next) => {
    await c.req.text()
    await next()
  },
]

/** Answers 400 in words for what is no JSON or of another shape; else the route finds it as `body`. */
export const decodeBody =
  <T>(schema: v.GenericSchema<unknown, T>): MiddlewareHandler<{ Variables: { body: T } }> =>
  async (c, next) => {
    try {
      c.set('body', decodeJson(schema, await c.req.text(), 'the body'))
    } catch (error) {
      if (error instanceof ParseError) return problem(c, 400, error.message)
      throw error
    }
    return next()
  }

/** Lists of what there is to attack, and secrets that are told once: nothing that the API says is for a cache. */
export const notCached: MiddlewareHandler<Asked> = async (c, next) => {
  await next()
  c.header('cache-control', 'no-store')
}

/** JSON Schema has no word for trimming, nor for a pattern's flags: what it cannot say, the answer to a wrong body does. */
const SHAPE = { typeMode: 'input', errorMode: 'ignore' } as const

/** How the OpenAPI document tells what becomes of a body that is no good. */
export const bodyRefusals = {
  400: fails('The body is not right'),
  413: fails(`The body has more than ${LARGEST_BODY} bytes`),
}

/** How the OpenAPI document tells what a route is sent. */
export const asks = (schema: Parameters<typeof resolver>[0]) => ({
  required: true,
  content: { 'application/json': { schema: resolver(schema, SHAPE) } },
})
