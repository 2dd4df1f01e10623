// Where the authorization endpoint sends a browser whose person has to do something first: sign in, or say yes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { decodeJwt } from 'jose'
import type Provider from 'oidc-provider'
import type { Interaction } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import type { Scope } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import type { Apps } from '../clients/apps.ts'
import type { Session } from '../sign-in/sessions.ts'
import type { BrowserSession } from './browser-session.ts'
import { consentPage, giveConsent, type Wanted, wantedOf } from './consent.ts'
import { allowFormTo } from './form-target.ts'
import { layout } from './layout.ts'
import { addressOf, type Requests, textField } from './requests.ts'
import { confirmFor, signInFor } from './return-to.ts'

export function interactionPages(options: {
  readonly provider: Provider
  readonly apps: Apps
  readonly audit: Audit
  readonly clock: Clock
  readonly browserSession: BrowserSession
  /** Ends what the browser was given besides the household's own session. */
  readonly endProviderSession: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}): Hono<Requests> {
  const { provider, apps, audit, clock, browserSession, endProviderSession } = options
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
      const session = browserSession.find(c)
      if (session === undefined) return c.redirect(signInFor(c.req.path), 303)
      return await go(interaction, session)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return c.html(tooOld, 400)
      throw error
    }
  }

  /** What opens the house is not given away by whoever holds the phone now. */
  const mayGive = (c: Context<Requests>, { home }: Wanted, current: Session): Session | Response =>
    home.some((scope) => WEIGHTY.includes(scope)) ? browserSession.requireFresh(c) : current

  pages.get('/interaction/:uid', (c) =>
    begun(c, async (interaction, current) => {
      const { account } = current
      const { prompt, params, session } = interaction
      if (prompt.name === 'login') {
        if (!isMeant(params.id_token_hint, current)) {
          return finish(c, { error: 'login_required', error_description: 'somebody else is signed in here' })
        }
        if (mustConfirm(interaction, current, clock.now())) return c.redirect(confirmFor(c.req.path), 303)
        if (session !== undefined && session.accountId !== account.id) {
          // Somebody else was here before: the library would ask them to sign out first, on a page that we do not have.
          await endProviderSession(c.env.incoming, c.env.outgoing)
          delete interaction.session
          await interaction.persist()
        }
        return finish(c, { login: { accountId: account.id, ts: Math.floor(current.confirmedAt / 1000) } })
      }
      const app = apps.find(String(params.client_id))
      // Somebody else may have signed in, in another tab, since the library asked.
      if (prompt.name !== 'consent' || app === undefined || session?.accountId !== account.id)
        return c.html(notOffered, 400)
      const wanted = wantedOf(interaction, account)
      const confirmed = mayGive(c, wanted, current)
      if (!('account' in confirmed)) return confirmed
      return c.html(consentPage({ path: c.req.path, app, account, redirectUri: String(params.redirect_uri), wanted }))
    }),
  )

  pages.post('/interaction/:uid', async (c) => {
    const answer = textField((await c.req.parseBody()).answer)
    return begun(c, async (interaction, current) => {
      const { account } = current
      const { prompt, params, session } = interaction
      const clientId = String(params.client_id)
      const told = { accountId: account.id, clientId, address: addressOf(c) }
      if (prompt.name !== 'consent' || session?.accountId !== account.id) return c.html(notOffered, 400)
      if (answer === 'denied') {
        audit.record({ event: 'consent_denied', ...told })
        return finish(c, { error: 'access_denied', error_description: 'the person said no' })
      }
      if (answer !== 'approved') return c.redirect(c.req.path, 303)
      const wanted = wantedOf(interaction, account)
      const confirmed = mayGive(c, wanted, current)
      if (!('account' in confirmed)) return confirmed
      const grantId = await giveConsent(provider, interaction, account)
      audit.record({ event: 'consent_given', ...told, detail: wanted.home.join(' ') })
      return finish(c, { consent: { grantId } })
    })
  })

  return pages
}

/**
 * OpenID Connect Core §3.1.2.1: `prompt=login` asks for a new proof, `max_age` for one that is not older. One that was given since this
 * began is new enough for both.
 */
function mustConfirm({ prompt, params, iat }: Interaction, { confirmedAt }: Session, now: Instant): boolean {
  if (confirmedAt >= iat * 1000) return false
  const { max_age: maxAge } = params
  return prompt.reasons.includes('login_prompt') || (maxAge !== undefined && now - confirmedAt > Number(maxAge) * 1000)
}

/**
 * OpenID Connect Core §3.1.2.1: with an `id_token_hint` the answer is about the person that it names, or it is an error. The library has
 * checked that the hint is one of ours, and asks for a sign-in; it does not look at who came of it.
 */
function isMeant(hint: unknown, { account }: Session): boolean {
  return typeof hint !== 'string' || decodeJwt(hint).sub === account.id
}

const WEIGHTY: readonly Scope[] = ['security:disarm', 'home:admin']

const tooOld = layout({
  title: 'This page is too old',
  body: html`<p>It was answered before, took longer than ten minutes, or was begun in another browser. Go back to the program that sent you here and begin again.</p>
<p><a href="/">To the home</a></p>`,
})

const notOffered = layout({
  title: 'This cannot be allowed',
  body: html`<p>The program asks for more than this household gives. Nothing was allowed. <a href="/">Back</a></p>`,
})
