// What the pages know of a request besides its form.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'
import type { Visitor } from '../sign-in/sessions.ts'
import { nameBrowser } from './browser-name.ts'

/** Set by hono's server for Node. */
export interface Requests {
  readonly Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }
}

/**
 * The client's address: web/host.ts has put the true one into Node's headers, whatever the client sent. Hono's own headers are no use
 * here: they are made anew from the bytes that came.
 */
export function addressOf(c: { readonly env: Requests['Bindings'] }): string {
  const address = c.env.incoming.headers['x-forwarded-for']
  if (typeof address !== 'string') {
    throw new TypeError('Cannot tell who asks as the front must have put the address in the headers: got none')
  }
  return address
}

/** Who comes, for the list of sessions. */
export const visitorOf = (c: Context<Requests>): Visitor => ({
  address: addressOf(c),
  browser: nameBrowser(c.req.header('user-agent')),
})

/** One text field of a form; a file or a repeated field counts as empty. */
export const textField = (value: unknown): string => (typeof value === 'string' ? value : '')
