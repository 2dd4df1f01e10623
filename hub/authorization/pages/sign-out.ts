// Signing out because another program asked for it (OpenID Connect RP-Initiated Logout 1.0 §2): the person is asked, as a link on some
// page could have sent them here.
import { html, raw } from 'hono/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { layout } from './layout.ts'

/** `form` is the library's, with its own protection against forgery and the id `op.logoutForm`. */
export async function signOutPage(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  ctx.body = String(
    await layout({
      title: 'Sign out of the home?',
      body: html`<p>${ctx.oidc.client?.clientName ?? 'A program'} asks to sign you out, of the home and of all that you signed in to with it.</p>
${raw(form)}
<div class="choice">
<button class="other" form="op.logoutForm" name="no" value="yes">No, stay</button>
<button class="other" form="op.logoutForm" name="logout" value="yes">Yes, sign out</button>
</div>`,
    }),
  )
}

export async function signedOutPage(ctx: KoaContextWithOIDC): Promise<void> {
  ctx.body = String(
    await layout({
      title: 'You are signed out',
      body: html`<p><a class="button" href="/sign-in">Sign in again</a></p>`,
    }),
  )
}
