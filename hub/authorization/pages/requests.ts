// What the pages know of a request besides its form.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'

/** Set by hono's server for Node. */
export interface Requests {
  readonly Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }
}

/** The client's address: web/host.ts has put the true one here, whatever the client sent. */
export const addressOf = (c: Context<Requests>): string => c.req.header('x-forwarded-for') ?? 'unknown'

/** One text field of a form; a file or a repeated field counts as empty. */
export const textField = (value: unknown): string => (typeof value === 'string' ? value : '')
