// The hub's own phone page as an OAuth client: first-party, public, authorization code with PKCE.
import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider'
import { AUDIENCE, HOME_SCOPES, ROLE_CEILING } from '#contract/scopes.ts'
import type { Accounts } from './people/accounts.ts'
import type { Session } from './sign-in/sessions.ts'

export const PAGE_CLIENT = 'latchkey-page'

export const pageClient = (issuer: URL): ClientMetadata => ({
  client_id: PAGE_CLIENT,
  client_name: 'Latchkey',
  application_type: 'web',
  redirect_uris: [`${issuer.origin}/`],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
})

/** What the person has said yes to, in this browser: now or before. */
function consented({ oidc: { client, session, result, provider } }: KoaContextWithOIDC) {
  const given = result?.consent?.grantId
  const grantId = given ?? (client && session?.grantIdFor(client.clientId))
  return grantId === undefined ? undefined : provider.Grant.find(grantId)
}

export interface PageGrants {
  readonly accounts: Accounts
  /** Who is signed in on the browser that made this request. */
  readonly sessionOf: (cookieHeader: string | undefined) => Session | undefined
  /** Ties the grant to the session; false when the session has ended. */
  readonly noteGrant: (sessionId: string, grantId: string) => boolean
  /** Ties the library's session of this browser to the session. */
  readonly noteBrowser: (sessionId: string, uid: string) => void
}

/**
 * The page is the household's own, so signing in is consent. What it asks for is capped by the person's role; the rest is
 * rejected rather than left open, or the library would stop and ask for it. The grant ends with the household session.
 */
export async function loadGrant(ctx: KoaContextWithOIDC, options: PageGrants) {
  const { accounts, sessionOf, noteGrant, noteBrowser } = options
  const { client, session, provider } = ctx.oidc
  const account = session?.accountId === undefined ? undefined : accounts.find(session.accountId)
  const household = sessionOf(ctx.req.headers.cookie)
  const isTheirs = account !== undefined && household?.account.id === account.id
  if (isTheirs && session !== undefined) noteBrowser(household.id, session.uid)
  if (client?.clientId !== PAGE_CLIENT) return consented(ctx)
  if (session === undefined || !isTheirs) return undefined
  const known = session.grantIdFor(client.clientId)
  const existing = known === undefined ? undefined : await provider.Grant.find(known)
  if (existing?.accountId === account.id && noteGrant(household.id, existing.jti)) return existing
  const grant = new provider.Grant({ accountId: account.id, clientId: client.clientId })
  const ceiling = ROLE_CEILING[account.role]
  grant.addOIDCScope('openid offline_access')
  grant.addResourceScope(AUDIENCE, ceiling.join(' '))
  grant.rejectResourceScope(AUDIENCE, HOME_SCOPES.filter((scope) => !ceiling.includes(scope)).join(' '))
  const id = await grant.save()
  if (noteGrant(household.id, id)) return grant
  // Somebody ended the session meanwhile.
  await grant.destroy()
  return undefined
}
