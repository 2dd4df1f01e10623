// Where the authorization endpoint sends a browser that has to sign in first.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import type { Session, Sessions } from '../sessions.ts'
import type { SessionCookie } from './cookie.ts'
import { layout } from './layout.ts'
import type { Requests } from './requests.ts'
import { confirmFor, signInFor } from './return-to.ts'

export function interactionPages(options: {
  readonly provider: Provider
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly clock: Clock
  /** Ends what the browser was given besides the household's own session. */
  readonly endBrowserSession: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}): Hono<Requests> {
  const { provider, sessions, cookie, clock, endBrowserSession } = options
  const pages = new Hono<Requests>()

  pages.get('/interaction/:uid', async (c) => {
    const { incoming, outgoing } = c.env
    try {
      const interaction = await provider.interactionDetails(incoming, outgoing)
      if (interaction.prompt.name !== 'login') return c.html(notOffered, 400)
      const session = sessions.find(cookie.read(c))
      if (session === undefined) return c.redirect(signInFor(c.req.path), 303)
      if (mustConfirm(interaction, session, clock.now())) return c.redirect(confirmFor(c.req.path), 303)
      const { account, confirmedAt } = session
      if (interaction.session !== undefined && interaction.session.accountId !== account.id) {
        // Somebody else was here before: the library would ask them to sign out first, on a page that we do not have.
        await endBrowserSession(incoming, outgoing)
        delete interaction.session
        await interaction.persist()
      }
      const result = { login: { accountId: account.id, ts: Math.floor(confirmedAt / 1000) } }
      return c.redirect(await provider.interactionResult(incoming, outgoing, result), 303)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return c.html(tooOld, 400)
      throw error
    }
  })

  return pages
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/**
 * OpenID Connect Core §3.1.2.1: `prompt=login` asks for a new proof, `max_age` for one that is not older. One that was given since this
 * began is new enough for both.
 */
function mustConfirm({ prompt, params, iat }: Interaction, { confirmedAt }: Session, now: Instant): boolean {
  if (confirmedAt >= iat * 1000) return false
  const { max_age: maxAge } = params
  return prompt.reasons.includes('login_prompt') || (maxAge !== undefined && now - confirmedAt > Number(maxAge) * 1000)
}

const tooOld = layout({
  title: 'This page is too old',
  body: html`<p>Signing in took too long, or was begun in another browser. <a href="/">Start again</a></p>`,
})

const notOffered = layout({
  title: 'This cannot be allowed',
  body: html`<p>The program asks for more than this household gives. Nothing was allowed. <a href="/">Back</a></p>`,
})
