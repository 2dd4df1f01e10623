// The library keeps to itself what is wrong ("grant request is invalid"). Whoever writes a program reads it in the answer as well: that its
// verifier does not fit, or its clock is wrong. What is told is about the request, and never what is kept here.
import type Provider from 'oidc-provider'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from 'pino'
import { DEVICE_GRANT } from './devices/device-policy.ts'
import type { LegacyFlow } from './flows/legacy.ts'

/**
 * What the library says besides its error, if that tells more. Of text that is no JSON the engine quotes a part, which may hold a secret:
 * it goes into no log and no answer.
 */
function reasonOf(said: string | undefined, detail: string | undefined): string | undefined {
  return detail === said ? undefined : detail?.replace(/, .*is not valid JSON$/s, ' in JSON')
}

/** Of the token endpoint; the password is there where it is switched on. */
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_GRANT]

/** Logs each refusal, and puts its reason into the answer that is on its way. */
export function explainRefusals(provider: Provider, legacyFlows: readonly LegacyFlow[], log: Logger): void {
  const offered = [...GRANT_TYPES, ...legacyFlows.filter((flow) => flow === 'password')].join(', ')
  const reasons = new WeakMap<object, string>()
  const refused = (ctx: KoaContextWithOIDC, refusal: errors.OIDCProviderError) => {
    const { error, error_description: because, error_detail: said } = refusal
    // RFC 8628 §3.5: every device that waits is told so every few seconds.
    if (error === 'authorization_pending') return
    const detail = error === 'unsupported_grant_type' ? `offered are ${offered}` : reasonOf(because, said)
    if (detail !== undefined) reasons.set(ctx, plain(detail))
    log.warn({ client: ctx.oidc.client?.clientId, route: ctx.oidc.route, error, because, detail }, 'request refused')
  }
  provider.on('authorization.error', refused)
  provider.on('device_authorization.error', refused)
  provider.on('grant.error', refused)
  provider.on('introspection.error', refused)
  provider.on('pushed_authorization_request.error', refused)
  provider.on('registration_create.error', refused)
  provider.on('registration_read.error', refused)
  provider.on('registration_update.error', refused)
  provider.on('revocation.error', refused)
  provider.on('userinfo.error', (ctx, refusal) => {
    refused(ctx, refusal)
    // Tokens for the home are JWTs, which are kept nowhere: that it is not found says too little to whoever sends one.
    if (ctx.get('authorization').split('.').length === 3) {
      reasons.set(ctx, 'it is for the home; userinfo wants one that was asked for without a scope of the home')
    }
  })
  provider.use(async (ctx, next) => {
    await next()
    const reason = reasons.get(ctx)
    if (reason === undefined || typeof ctx.body?.error_description !== 'string') return
    ctx.body = { ...ctx.body, error_description: `${ctx.body.error_description}: ${reason}` }
  })
}

/** RFC 6749 §5.2: who is known and may not use this grant type is an `unauthorized_client`; the library says `invalid_request`. */
export function nameUnauthorizedClients(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route !== 'token' || ctx.body?.error !== 'invalid_request') return
    const { client, params } = ctx.oidc
    const asked = params?.grant_type
    if (client === undefined || typeof asked !== 'string' || client.grantTypeAllowed(asked)) return
    const has = client.grantTypes?.join(', ')
    ctx.body = { error: 'unauthorized_client', error_description: `this client is registered for: ${has}` }
  })
}

/** RFC 6749 §5.2: printable ASCII without quotation mark and backslash. */
const plain = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
