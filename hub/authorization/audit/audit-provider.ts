// What the authorization server tells of itself, put into the audit.
import type Provider from 'oidc-provider'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import { isDeviceId } from '#contract/ids.ts'
import type { Audit, AuditEntry } from './audit.ts'

/** Answers that belong to a flow and refuse nothing (RFC 8628 §3.5; OpenID Connect Core §3.1.2.6). */
const NO_REFUSAL = new Set([
  ...['authorization_pending', 'slow_down', 'expired_token', 'access_denied'],
  ...['login_required', 'consent_required', 'interaction_required', 'account_selection_required'],
])

/** Attach it to each provider that is made. */
export function auditProvider(provider: Provider, { record }: Audit): void {
  const tell = (ctx: KoaContextWithOIDC, entry: AuditEntry) =>
    record({ clientId: ctx.oidc.client?.clientId, accountId: accountOf(ctx), address: ctx.ip, ...entry })
  const refused = (ctx: KoaContextWithOIDC, { error }: errors.OIDCProviderError) => {
    if (!NO_REFUSAL.has(error)) tell(ctx, { event: 'request_refused', detail: `${ctx.oidc.route}: ${error}` })
  }

  provider.on('registration_create.success', (ctx, { clientId, clientName }) => {
    tell(ctx, {
      event: isDeviceId(clientId) ? 'device_registered' : 'client_registered',
      ...{ clientId, detail: clientName },
    })
  })
  provider.on('registration_update.success', (ctx, { clientId }) => tell(ctx, { event: 'client_changed', clientId }))
  provider.on('registration_delete.success', (ctx, { clientId }) => tell(ctx, { event: 'client_removed', clientId }))
  provider.on('device_authorization.success', (ctx) => tell(ctx, { event: 'code_issued' }))
  provider.on('grant.success', (ctx) => {
    const grantType = grantTypeOf(ctx)
    if (grantType !== 'refresh_token') tell(ctx, { event: 'grant_issued', detail: grantType })
  })
  provider.on('grant.revoked', (ctx) => tell(ctx, { event: 'grant_revoked', detail: ctx.oidc.route }))
  provider.on('grant.error', (ctx, { error }) => {
    if (NO_REFUSAL.has(error)) return
    const grantType = grantTypeOf(ctx)
    if (grantType === 'refresh_token') tell(ctx, { event: 'refresh_failed', detail: error })
    else tell(ctx, { event: 'grant_refused', detail: grantType === undefined ? error : `${grantType}: ${error}` })
  })
  provider.on('authorization.error', refused)
  provider.on('registration_create.error', refused)
  provider.on('device_authorization.error', refused)
  provider.on('revocation.error', refused)
}

/** One of those that are offered here: what else a client writes there is its own business, and might be a secret. */
function grantTypeOf(ctx: KoaContextWithOIDC): string | undefined {
  const { client, params } = ctx.oidc
  const asked = params?.grant_type
  return typeof asked === 'string' && client?.grantTypes?.includes(asked) ? asked : undefined
}

function accountOf({ oidc }: KoaContextWithOIDC): string | undefined {
  const { AccessToken, RefreshToken, DeviceCode, AuthorizationCode } = oidc.entities
  const holder = [AccessToken, RefreshToken, DeviceCode, AuthorizationCode].find((each) => each !== undefined)
  return holder?.accountId ?? oidc.session?.accountId
}
