// oidc-provider set up as ours. What it lacks (reference: RFC 8628 pace, pinned host, device names) stands around it in this folder.
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { isDeviceId, kindOf } from '#contract/ids.ts'
import { AUDIENCE, HOME_SCOPES } from '#contract/scopes.ts'
import { type Millis, minutes } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { createAdapter } from './adapter.ts'
import type { Devices } from './devices.ts'
import type { Keys } from './keys.ts'
import { createPace, keepPace } from './pace.ts'
import { grantToPage, PAGE_CLIENT, type PageGrants, pageClient } from './page-client.ts'
import { applyDevicePolicy, KIND_PROPERTY, nameDevice } from './registration.ts'
import { interactionPolicy } from './sign-in-policy.ts'
import { boundStrangers, type StrangerLimits } from './strangers.ts'

/** CONTRACT: ten minutes for devices and people. */
export const ACCESS_TOKEN_LIFETIME = minutes(10)
const DEVICE_CODE_SECONDS = 600
/** RFC 7523 §3: "unreasonably far in the future" is for the server to say; a minute is usual. */
const LONGEST_ASSERTION_SECONDS = 300
const MONTH_SECONDS = 30 * 24 * 3600
/** A device is paired until somebody puts it out: its grant and refresh token outlive the hardware. */
const DEVICE_SECONDS = 20 * 365 * 24 * 3600

export interface ProviderOptions extends PageGrants {
  readonly issuer: URL
  readonly database: Database
  readonly keys: Keys
  readonly devices: Devices
  readonly clock: Clock
  readonly log: Logger
  /** What devices are asked to wait between polls. */
  readonly pollInterval: Millis
  readonly accessTokenLifetime: Millis
  readonly strangers: StrangerLimits
  /** Names devices; nothing secret comes of it. */
  readonly random: () => number
  readonly mqttEndpoint: string | undefined
  readonly onGrantEnded: (grantId: string) => void
}

export function createProvider(options: ProviderOptions): Provider {
  const { issuer, database, keys, accounts, devices, clock, log, pollInterval } = options
  const accessTokenSeconds = Math.ceil(options.accessTokenLifetime / 1000)
  const provider = new Provider(issuer.origin, {
    adapter: createAdapter(database, clock),
    jwks: { keys: [...keys.signing.keys] },
    cookies: {
      keys: [...keys.cookieSecrets],
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    clients: [pageClient(issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'] },
    discovery: { mqtt_endpoint: options.mqttEndpoint },
    responseTypes: ['code'],
    // The page is of our own origin; nothing else runs in a browser yet.
    clientBasedCORS: (_ctx, origin) => origin === issuer.origin,
    pkce: { required: () => true },
    extraClientMetadata: {
      properties: [KIND_PROPERTY],
      validator: (_ctx, _key, _value, metadata) => {
        if (metadata.client_id !== PAGE_CLIENT) applyDevicePolicy(metadata)
      },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      registration: {
        enabled: true,
        issueRegistrationAccessToken: false,
        idFactory: (ctx) => nameDevice(bodyOf(ctx), (id) => devices.find(id) !== undefined, options.random),
      },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', deviceInfo: (ctx) => ({ address: ctx.ip }) },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget()
          return {
            scope: HOME_SCOPES.join(' '),
            audience: AUDIENCE,
            accessTokenTTL: accessTokenSeconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    assertJwtClientAuthClaimsAndHeader: async (_ctx, { exp }) => {
      // Its id is remembered until it ends, so that it is used once: nobody shall fill the disk with ids that never end.
      const left = Number(exp) - Math.floor(clock.now() / 1000)
      if (left > LONGEST_ASSERTION_SECONDS) {
        throw new errors.InvalidClientAuth(`a client assertion must end within ${LONGEST_ASSERTION_SECONDS} seconds`)
      }
    },
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
      policy: interactionPolicy(options.sessionOf),
    },
    loadExistingGrant: (ctx) => grantToPage(ctx, options),
    findAccount: (_ctx, id) => {
      const account = accounts.find(id)
      return account && { accountId: id, claims: () => ({ sub: id, name: account.name }) }
    },
    extraTokenClaims: (ctx, token) => {
      if (token.kind !== 'AccessToken') return {}
      const role = isDeviceId(token.clientId) ? undefined : accounts.find(token.accountId)?.role
      // RFC 9068 §2.2.1: by it the API knows whether the person confirmed lately.
      const authTime = ctx.oidc.entities.RefreshToken?.authTime ?? ctx.oidc.entities.AuthorizationCode?.authTime
      return { grant_id: token.grantId, ...(role && { role, auth_time: authTime }) }
    },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // A client that holds a registered key proves itself anyway, and a lost reply must not cost it the grant (RFC 9700 §2.2.2
    // asks rotation of public clients).
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientAuthMethod === 'none',
    // A device stays when the person who let it in signs out.
    expiresWithSession: (_ctx, token) => token.kind !== 'DeviceCode' && !isDeviceId(token.clientId),
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: DEVICE_CODE_SECONDS,
      IdToken: accessTokenSeconds,
      // Anybody can begin one.
      Interaction: 600,
      Session: MONTH_SECONDS,
      Grant: (_ctx, grant) => (isDeviceId(grant.clientId) ? DEVICE_SECONDS : MONTH_SECONDS),
      RefreshToken: (_ctx, token) => (isDeviceId(token.clientId) ? DEVICE_SECONDS : MONTH_SECONDS),
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      device_authorization: '/oauth/device_authorization',
      registration: '/oauth/register',
      revocation: '/oauth/revoke',
      jwks: '/oauth/jwks',
      userinfo: '/oauth/userinfo',
      code_verification: '/pair',
    },
    renderError: (ctx, out) => {
      ctx.type = 'text/plain'
      ctx.body = `${out.error}: ${out.error_description ?? 'the request cannot be answered'}\n`
    },
  })

  // The front sets Host and X-Forwarded-* itself, from the public URL: they are never a client's.
  provider.proxy = true
  boundStrangers(provider, devices, clock, options.strangers)
  keepPace(provider, createPace(pollInterval, clock), pollInterval)

  provider.on('registration_create.success', (ctx, client) => {
    const { clientId: id, clientName: name = id } = client
    if (!isDeviceId(id)) return
    devices.register({ id, kind: kindOf(id), name, address: ctx.ip })
    log.info({ device: id, address: ctx.ip }, 'device registered')
  })
  provider.on('grant.revoked', (_ctx, grantId) => options.onGrantEnded(grantId))
  provider.on('server_error', (_ctx, err) => log.error({ err }, 'authorization server failed'))
  const refused = (ctx: KoaContextWithOIDC, { error, error_description: because, error_detail: detail }: Refusal) => {
    if (error === 'authorization_pending') return
    log.warn({ client: ctx.oidc.client?.clientId, route: ctx.oidc.route, error, because, detail }, 'request refused')
  }
  provider.on('grant.error', refused)
  provider.on('authorization.error', refused)
  provider.on('registration_create.error', refused)
  provider.on('device_authorization.error', refused)
  return provider
}

type Refusal = errors.OIDCProviderError
const bodyOf = (ctx: KoaContextWithOIDC): unknown => ctx.oidc.body
