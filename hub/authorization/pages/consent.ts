// What a person sees before another program gets anything of the home. The phone page is the household's own and asks nothing.
import { html } from 'hono/html'
import type Provider from 'oidc-provider'
import type { Interaction } from 'oidc-provider'
import { AUDIENCE, parseScopes, ROLE_CEILING, SCOPE_SENTENCES, type Scope } from '#contract/scopes.ts'
import type { App } from '../clients/apps.ts'
import type { Account } from '../people/accounts.ts'
import { layout, type Markup } from './layout.ts'

/** What is asked for and was not answered yet. */
export interface Wanted {
  readonly openid: readonly string[]
  /** Within what this person may do. */
  readonly home: readonly Scope[]
  /** Asked for, and not this person's to give. */
  readonly beyond: readonly Scope[]
}

export function wantedOf({ prompt }: Interaction, account: Account): Wanted {
  const details = prompt.details as { missingOIDCScope?: string[]; missingResourceScopes?: Record<string, string[]> }
  const asked = parseScopes((details.missingResourceScopes?.[AUDIENCE] ?? []).join(' '))
  const ceiling = ROLE_CEILING[account.role]
  return {
    openid: details.missingOIDCScope ?? [],
    home: asked.filter((scope) => ceiling.includes(scope)),
    beyond: asked.filter((scope) => !ceiling.includes(scope)),
  }
}

/** Adds to the grant what was said yes to, and remembers what cannot be given, so that nobody is asked for it again. */
export async function giveConsent(provider: Provider, interaction: Interaction, account: Account): Promise<string> {
  const { grantId, params } = interaction
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = known ?? new provider.Grant({ accountId: account.id, clientId: String(params.client_id) })
  const { openid, home, beyond } = wantedOf(interaction, account)
  if (openid.length > 0) grant.addOIDCScope(openid.join(' '))
  if (home.length > 0) grant.addResourceScope(AUDIENCE, home.join(' '))
  if (beyond.length > 0) grant.rejectResourceScope(AUDIENCE, beyond.join(' '))
  return grant.save()
}

const OPENID_SENTENCES: Readonly<Record<string, string>> = {
  profile: 'Know your name here',
  offline_access: 'Keep this until you take it back, also while you are signed out',
}

export const consentPage = (options: {
  readonly path: string
  readonly app: App
  readonly account: Account
  readonly redirectUri: string
  readonly wanted: Wanted
}): Markup => {
  const { path, app, account, redirectUri, wanted } = options
  const sentences = [
    ...wanted.home.map((scope) => SCOPE_SENTENCES[scope]),
    ...wanted.openid.flatMap((scope) => OPENID_SENTENCES[scope] ?? []),
  ]
  const { host, protocol } = new URL(redirectUri)
  return layout({
    title: `Let ${app.name} in?`,
    body: html`<div class="card">
<dl>
<dt>Program</dt><dd>${app.name}</dd>
<dt>Goes on at</dt><dd>${host === '' ? protocol : host}</dd>
<dt>You are</dt><dd>${account.name}</dd>
</dl>
${sentences.length > 0 ? html`<p>It will be allowed to:</p><ul>${sentences.map((each) => html`<li>${each}</li>`)}</ul>` : html`<p>It learns that it is you, and nothing else.</p>`}
${wanted.beyond.length > 0 ? html`<p class="hint">It also asks for what you cannot give: ${wanted.beyond.map((scope) => SCOPE_SENTENCES[scope].toLowerCase()).join(', ')}. It will not get that.</p>` : ''}
</div>
<p><strong>Say yes only if you started this yourself.</strong></p>
<form class="choice" method="post" action="${path}">
<button class="other" name="answer" value="denied">No</button>
<button class="other" name="answer" value="approved">Yes, let it in</button>
</form>`,
  })
}
