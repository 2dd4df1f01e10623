// A JSON body. It is received before the bearer is asked for, so that whoever is signed out while it is on its way does nothing any more,
// and read after it, so that nobody learns from strangers' bodies.
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as v from 'valibot'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { problem } from './problem.ts'

const LARGEST = 16 * 1024

export const receiveBody: readonly [MiddlewareHandler, MiddlewareHandler] = [
  bodyLimit({ maxSize: LARGEST, onError: (c) => problem(c, 400, `The body has more than ${LARGEST} bytes`) }),
  async (c, next) => {
    await c.req.text()
    await next()
  },
]

/** Answers 400 in words for what is no JSON or of another shape; else the route finds it as `body`. */
export const decodeBody =
  <T>(schema: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>): MiddlewareHandler<{ Variables: { body: T } }> =>
  async (c, next) => {
    try {
      c.set('body', decodeJson(schema, await c.req.text(), 'the body'))
    } catch (error) {
      if (error instanceof ParseError) return problem(c, 400, error.message)
      throw error
    }
    return next()
  }
