// A form that meets a confirmation that is too old leads to /confirm, and what was typed is kept nowhere: it may be a secret. The page one
// comes back to says so.
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Markup } from './layout.ts'

/** The pages that say it. */
const SAYING = /^\/(account(\/[a-z]+)?|people|programs)$/

/** Where to come back to from a form of `page`'s that was not heard. */
export const onceMore = (page: string): string => (SAYING.test(page) ? `${page}?again=1` : page)

/** For the top of each of those pages. */
export const onceMoreNotice = (c: Context): Markup | string =>
  c.req.method === 'GET' && c.req.query('again') === '1'
    ? html`<p class="notice" role="status">We know now that it is you. Nothing was done yet: please do once more what you wanted. What you typed was not kept.</p>`
    : ''
