// What owners see in a list and can end: devices, people, programs, app passwords, invitations. One shape for all of it.
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { describeRoute } from 'hono-openapi'
import type * as v from 'valibot'
import type { Scope } from '#contract/scopes.ts'
import { answers, fails, refusals } from './answers.ts'
import type { Asked } from './bearer.ts'
import { problem } from './problem.ts'

/** What stands before a route. */
export interface Guards {
  readonly needs: (scope: Scope) => MiddlewareHandler<Asked>
  /** Behind `needs`. */
  readonly needsFreshPerson: MiddlewareHandler<Asked>
}

/** What it is in the OpenAPI document, who may, and what it does. */
type Route = readonly [MiddlewareHandler, MiddlewareHandler<Asked>, Handler<Asked>]

/** `GET`: all there are, oldest first unless `order` says otherwise. */
export const lists = <Body extends object>(
  { needs }: Guards,
  about: { readonly summary: string; readonly order?: string },
  { body, read }: { readonly body: v.GenericSchema<unknown, Body>; readonly read: () => Body },
): Route => [
  describeRoute({
    summary: about.summary,
    responses: { 200: answers(about.order ?? 'All of them, oldest first', body), ...refusals },
  }),
  needs('home:admin'),
  (c: Context<Asked>) => c.json(read()),
]

/**
 * `DELETE …/:id`: 204 once it has ended, 404 with the sentence `gone` when `end` says that there is no such one. `done` and `unknown` are
 * what the OpenAPI document says of the two.
 */
export const ends = (
  guard: MiddlewareHandler<Asked>,
  about: { readonly summary: string; readonly done: string; readonly unknown: string; readonly gone: string },
  end: (c: Context<Asked>, id: string) => boolean | Promise<boolean>,
): Route => [
  describeRoute({
    summary: about.summary,
    responses: { 204: { description: about.done }, ...refusals, 404: fails(about.unknown) },
  }),
  guard,
  async (c: Context<Asked>) =>
    (await end(c, c.req.param('id') ?? '')) ? c.body(null, 204) : problem(c, 404, about.gone),
]
