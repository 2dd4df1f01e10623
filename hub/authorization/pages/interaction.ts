// Where the authorization endpoint sends a browser that has to sign in first.
import { Hono } from 'hono'
import { html } from 'hono/html'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Sessions } from '../sessions.ts'
import type { SessionCookie } from './cookie.ts'
import { layout } from './layout.ts'
import type { Requests } from './requests.ts'
import { signInFor } from './return-to.ts'

export function interactionPages(options: {
  readonly provider: Provider
  readonly sessions: Sessions
  readonly cookie: SessionCookie
}): Hono<Requests> {
  const { provider, sessions, cookie } = options
  const pages = new Hono<Requests>()

  pages.get('/interaction/:uid', async (c) => {
    const { incoming, outgoing } = c.env
    try {
      const { prompt } = await provider.interactionDetails(incoming, outgoing)
      if (prompt.name !== 'login') return c.html(notOffered, 400)
      const session = sessions.find(cookie.read(c))
      if (session === undefined) return c.redirect(signInFor(c.req.path), 303)
      const result = { login: { accountId: session.account.id, ts: Math.floor(session.signedInAt / 1000) } }
      return c.redirect(await provider.interactionResult(incoming, outgoing, result), 303)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return c.html(tooOld, 400)
      throw error
    }
  })

  return pages
}

const tooOld = layout({
  title: 'This page is too old',
  body: html`<p>Signing in took too long, or was begun in another browser. <a href="/">Start again</a></p>`,
})

const notOffered = layout({
  title: 'This cannot be allowed',
  body: html`<p>The program asks for more than this household gives. Nothing was allowed. <a href="/">Back</a></p>`,
})
