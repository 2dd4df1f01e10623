// Where the authorization endpoint sends a browser whose person has to do something first: sign in, or say yes.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type Provider from 'oidc-provider'
import type { Interaction } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Audit } from '../audit.ts'
import type { Apps } from '../clients/apps.ts'
import type { Session, Sessions } from '../sessions.ts'
import { consentPage, giveConsent, wantedOf } from './consent.ts'
import type { SessionCookie } from './cookie.ts'
import { allowFormTo } from './form-target.ts'
import { layout } from './layout.ts'
import { addressOf, type Requests, textField } from './requests.ts'
import { signInFor } from './return-to.ts'

export function interactionPages(options: {
  readonly provider: Provider
  readonly apps: Apps
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly audit: Audit
}): Hono<Requests> {
  const { provider, apps, sessions, cookie, audit } = options
  const pages = new Hono<Requests>()

  /** The sign-in and the consent page end at the program that asked; their policy has to name it. */
  const allowItsRedirect = async (c: Context<Requests>, uid: string): Promise<void> => {
    const interaction = await provider.Interaction.find(uid)
    const redirectUri = interaction?.params.redirect_uri
    const policy = c.env.outgoing.getHeader('content-security-policy')
    if (typeof redirectUri === 'string' && typeof policy === 'string') {
      c.header('content-security-policy', allowFormTo(policy, redirectUri))
    }
  }

  pages.use('/sign-in', async (c, next) => {
    await next()
    const form = c.req.method === 'POST' ? await c.req.parseBody() : {}
    const to = c.req.query('return_to') ?? textField(form.return_to)
    const [, uid] = /^\/interaction\/([\w-]{1,64})$/.exec(to) ?? []
    if (uid !== undefined) await allowItsRedirect(c, uid)
  })
  pages.use('/interaction/:uid', async (c, next) => {
    await next()
    await allowItsRedirect(c, c.req.param('uid'))
  })

  const finish = async (c: Context<Requests>, result: Parameters<Provider['interactionResult']>[2]) => {
    const { incoming, outgoing } = c.env
    const target = await provider.interactionResult(incoming, outgoing, result, { mergeWithLastSubmission: true })
    return c.redirect(target, 303)
  }
  const begun = async (c: Context<Requests>, go: (interaction: Interaction, session: Session) => Promise<Response>) => {
    try {
      const interaction = await provider.interactionDetails(c.env.incoming, c.env.outgoing)
      const session = sessions.find(cookie.read(c))
      if (session === undefined) return c.redirect(signInFor(c.req.path), 303)
      return await go(interaction, session)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return c.html(tooOld, 400)
      throw error
    }
  }

  pages.get('/interaction/:uid', (c) =>
    begun(c, async (interaction, { account, signedInAt }) => {
      const { prompt, params, session } = interaction
      if (prompt.name === 'login') {
        return finish(c, { login: { accountId: account.id, ts: Math.floor(signedInAt / 1000) } })
      }
      const app = apps.find(String(params.client_id))
      // Somebody else may have signed in, in another tab, since the library asked.
      if (prompt.name !== 'consent' || app === undefined || session?.accountId !== account.id)
        return c.html(notOffered, 400)
      const wanted = wantedOf(interaction, account)
      return c.html(consentPage({ path: c.req.path, app, account, redirectUri: String(params.redirect_uri), wanted }))
    }),
  )

  pages.post('/interaction/:uid', async (c) => {
    const answer = textField((await c.req.parseBody()).answer)
    return begun(c, async (interaction, { account }) => {
      const { prompt, params, session } = interaction
      const clientId = String(params.client_id)
      const told = { accountId: account.id, clientId, address: addressOf(c) }
      if (prompt.name !== 'consent' || session?.accountId !== account.id) return c.html(notOffered, 400)
      if (answer === 'denied') {
        audit.record({ event: 'consent_denied', ...told })
        return finish(c, { error: 'access_denied', error_description: 'the person said no' })
      }
      if (answer !== 'approved') return c.redirect(c.req.path, 303)
      const { home } = wantedOf(interaction, account)
      const grantId = await giveConsent(provider, interaction, account)
      audit.record({ event: 'consent_given', ...told, detail: home.join(' ') })
      return finish(c, { consent: { grantId } })
    })
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
