// Signing out because another program asked for it (OpenID Connect RP-Initiated Logout 1.0 §2): the person is asked, as a link on some
// page could have sent them here.
import { html, raw } from 'hono/html'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { layout } from './layout.ts'

/** `form` is the library's, with its own protection against forgery and the id `op.logoutForm`. */
export async function signOutPage(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  ctx.body = await question(ctx.oidc.client?.clientName, form)
}

const question = async (program: string | undefined, form: string): Promise<string> =>
  String(
    await layout({
      title: 'Sign out of the home?',
      body: html`<p>${program ?? 'A program'} asks to sign you out, of the home and of all that you signed in to with it.</p>
${raw(form)}
<div class="choice">
<button class="other" form="op.logoutForm" name="no" value="yes">No, stay</button>
<button class="other" form="op.logoutForm" name="logout" value="yes">Yes, sign out</button>
</div>`,
    }),
  )

export async function signedOutPage(ctx: KoaContextWithOIDC): Promise<void> {
  ctx.body = String(
    await layout({
      title: 'You are signed out',
      body: html`<p><a class="button" href="/sign-in">Sign in again</a></p>`,
    }),
  )
}

/**
 * Where nobody is signed in on its own session the library signs out without a word, by a form that sends itself: any link could do it to
 * whoever is signed in to the household. They are asked like everybody.
 */
export function askBeforeSignOut(provider: Provider, sessionOf: (cookieHeader: string | undefined) => unknown): void {
  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx
    if (oidc?.route !== 'end_session' || ctx.status !== 200 || oidc.session?.accountId !== undefined) return
    if (sessionOf(ctx.headers.cookie) === undefined) return
    const form = html`<form id="op.logoutForm" method="post" action="${oidc.urlFor('end_session_confirm')}">
<input type="hidden" name="xsrf" value="${oidc.session?.state?.secret}">
</form>`
    ctx.body = await question(oidc.client?.clientName, String(form))
  })
}
