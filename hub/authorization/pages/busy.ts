// What the pages say while as many passwords wait to be hashed as may.
import type { Context } from 'hono'
import { html } from 'hono/html'
import { TooBusyError } from '../people/turns.ts'
import { layout } from './layout.ts'

export const BUSY = 'Too many sign in at this moment. Please try again in a few seconds.'
/** For `Retry-After`. */
export const BUSY_SECONDS = '5'

/** For the pages that hash a password and have no form of their own for that. What is no `TooBusyError` is thrown again. */
export function answerBusy(error: Error, c: Context): Response | Promise<Response> {
  if (!(error instanceof TooBusyError)) throw error
  c.header('retry-after', BUSY_SECONDS)
  return c.html(busy, 503)
}

const busy = layout({
  title: 'A moment, please',
  body: html`<p>${BUSY} Nothing was done: go back and send the form once more.</p>`,
})
