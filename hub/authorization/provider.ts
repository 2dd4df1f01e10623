// oidc-provider set up as ours. What it lacks, such as the pace of RFC 8628 and the names of devices, stands around it in this folder.
import { createHmac } from 'node:crypto'
import Provider, { errors } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { isDeviceId, kindOf } from '#contract/ids.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import type { Millis } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { AdmissionError, type Verifier } from './access-token.ts'
import { createAdapter } from './adapter.ts'
import type { Audit } from './audit/audit.ts'
import { auditProvider } from './audit/audit-provider.ts'
import { isAppId } from './clients/apps.ts'
import { checkLifetime } from './clients/assertion.ts'
import { createIsOwnAddress } from './clients/own-address.ts'
import { attendRegistration, OWN_PROPERTIES, registration } from './clients/registration-endpoint.ts'
import type { RegistrationTokens } from './clients/registration-tokens.ts'
import { secretMatches } from './clients/secret.ts'
import type { Devices } from './devices/devices.ts'
import { createPace, keepPace } from './devices/pace.ts'
import { PROOF_ALGORITHMS } from './dpop.ts'
import { explainRefusals, nameUnauthorizedClients } from './explain.ts'
import type { LegacyFlow } from './flows/legacy.ts'
import { offerPasswordGrant } from './flows/password.ts'
import { answerForStructuredTokens, mayIntrospect } from './flows/structured-tokens.ts'
import { serveKeys } from './keys/jwks.ts'
import { SIGNING_ALGORITHMS } from './keys/key-ring.ts'
import type { Keys } from './keys/keys.ts'
import { Signer } from './keys/signer.ts'
import { refuseWrongMethods } from './methods.ts'
import { loadGrant, type PageGrants, pageClient } from './page-client.ts'
import { renderAuthorizationError, showWhatIsMissing } from './pages/authorization-error.ts'
import { letFormsEndAtTheirProgram } from './pages/form-target.ts'
import { askBeforeSignOut, signedOutPage, signOutPage } from './pages/sign-out.ts'
import { homeResource, isForItself, scopesForItself, scopesOf, wantsHome } from './resource-server.ts'
import type { SignInGuard } from './sign-in/sign-in-guard.ts'
import { interactionPolicy } from './sign-in/sign-in-policy.ts'
import { boundProofs, boundStrangers, type StrangerLimits } from './strangers.ts'

const DEVICE_CODE_SECONDS = 600
const MONTH_SECONDS = 30 * 24 * 3600
/** What anybody can begin: an interaction, or the session of a browser that nobody has signed in on. */
const NOBODYS_SECONDS = 600
/** A device is paired until somebody puts it out: its grant and refresh token outlive the hardware. */
const DEVICE_SECONDS = 20 * 365 * 24 * 3600

export interface ProviderOptions extends PageGrants {
  readonly issuer: URL
  readonly database: Database
  /** Another connection to it, which does not wait for the disk. */
  readonly beside: Database
  readonly keys: Keys
  readonly devices: Devices
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Logger
  /** What devices are asked to wait between polls. */
  readonly pollInterval: Millis
  readonly accessTokenLifetime: Millis
  readonly strangers: StrangerLimits
  /** Discouraged flows that this household has switched on. */
  readonly legacyFlows: readonly LegacyFlow[]
  readonly registrationTokens: RegistrationTokens
  readonly guard: SignInGuard
  readonly verifier: Verifier
  /** Names devices; nothing secret comes of it. */
  readonly random: () => number
  /** Signs the browser out of the household itself. */
  readonly endSession: (cookieHeader: string | undefined) => void
  /** A program has removed itself (RFC 7592 §2.3): the library forgets its client and leaves its grants. */
  readonly onClientRemoved: (clientId: string) => void
  readonly mqttEndpoint: string | undefined
  /** Where this hub listens, besides its issuer's port. */
  readonly ownPorts: readonly number[]
  /** Ends a grant with its tokens and connections. */
  readonly endGrant: (grantId: string) => void
  /** The library has ended one itself. */
  readonly onGrantEnded: (grantId: string) => void
}

export function createProvider(options: ProviderOptions): Provider {
  const { issuer, database, keys, accounts, devices, clock, log, pollInterval, legacyFlows } = options
  const { registrationTokens: tokens, accessTokenLifetime } = options
  const accessTokenSeconds = Math.ceil(accessTokenLifetime / 1000)
  const mayProve = boundProofs({ devices, clock, pollInterval })
  const isOwnAddress = createIsOwnAddress(issuer, options.ownPorts)
  const registering = registration({ devices, tokens, legacyFlows, isOwnAddress, random: options.random })
  const provider = new Provider(issuer.origin, {
    adapter: createAdapter({ database, beside: options.beside }, clock),
    jwks: { keys: keys.signing.keys.map((key) => new Signer(key)) },
    cookies: {
      keys: [...keys.signing.cookieSecrets],
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    clients: [pageClient(issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: [...SIGNING_ALGORITHMS],
      idTokenSigningAlgValues: [...SIGNING_ALGORITHMS],
      dPoPSigningAlgValues: PROOF_ALGORITHMS,
    },
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'] },
    discovery: { mqtt_endpoint: options.mqttEndpoint },
    responseTypes: [
      'code',
      'id_token',
      ...(legacyFlows.includes('implicit-token') ? (['id_token token'] as const) : []),
    ],
    // A program that runs in a browser may ask from where it is redirected to, and nowhere else. A scheme of one's own has no origin: its
    // `null` is also that of any frame in a sandbox (HTML §7.1.1).
    clientBasedCORS: (_ctx, origin, client) =>
      origin !== 'null' &&
      client.redirectUris?.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin) === true,
    pkce: { required: () => true },
    extraClientMetadata: { properties: OWN_PROPERTIES, validator: registering.checkMetadata },
    features: {
      devInteractions: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => mayIntrospect(client, { client_id: token.clientId }),
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      pushedAuthorizationRequests: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage, postLogoutSuccessSource: signedOutPage },
      backchannelLogout: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: createHmac('sha256', keys.signing.cookieSecrets[0] ?? '')
          .update('latchkey dpop nonce')
          .digest(),
        // A Pi has no clock when it starts: by the server's nonce and not by its own time a proof is known to be fresh.
        requireNonce: (ctx) => isDeviceId(ctx.oidc.client?.clientId),
      },
      registration: registering.feature,
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', deviceInfo: (ctx) => ({ address: ctx.ip }) },
      resourceIndicators: {
        enabled: true,
        // A program that asks for nothing of the home gets a token for `userinfo`, where a person stands behind it.
        defaultResource: (ctx, client) =>
          isAppId(client?.clientId) && !wantsHome(ctx) && !isForItself(ctx) ? [] : AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget(`the one resource here is ${AUDIENCE}`)
          const scopes = scopesOf(client)
          return homeResource(isForItself(ctx) ? scopesForItself(ctx, scopes) : scopes, accessTokenLifetime)
        },
      },
    },
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims, _header, client) => {
      checkLifetime(claims, clock)
      if (!mayProve(client.clientId)) throw new errors.TemporarilyUnavailable('too many requests: wait some minutes')
    },
    // The library connects to no private address, and a household's programs have no other. What is called was judged when the program
    // was registered (clients/app-policy.ts), and it is never more than a sign-out that is told.
    fetch(url, options: RequestInit & { dispatcher?: unknown } = {}) {
      const { dispatcher: _, ...plain } = options
      return globalThis.fetch(url, plain)
    },
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
      policy: interactionPolicy(options.sessionOf),
    },
    loadExistingGrant: (ctx) => loadGrant(ctx, options),
    findAccount: (_ctx, id) => {
      const account = accounts.find(id)
      return account && { accountId: id, claims: () => ({ sub: id, name: account.name }) }
    },
    extraTokenClaims: (ctx, token) => {
      // A program's own token stands and falls with the program.
      if (token.kind === 'ClientCredentials') return { grant_id: token.clientId }
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
    expiresWithSession: (_ctx, token) =>
      token.kind !== 'DeviceCode' &&
      !isDeviceId(token.clientId) &&
      token.scope?.split(' ').includes('offline_access') !== true,
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: DEVICE_CODE_SECONDS,
      IdToken: accessTokenSeconds,
      Interaction: NOBODYS_SECONDS,
      Session: (_ctx, session) => (session.accountId === undefined ? NOBODYS_SECONDS : MONTH_SECONDS),
      Grant: (_ctx, grant) => (isDeviceId(grant.clientId) ? DEVICE_SECONDS : MONTH_SECONDS),
      RefreshToken: (_ctx, token) => (isDeviceId(token.clientId) ? DEVICE_SECONDS : MONTH_SECONDS),
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      device_authorization: '/oauth/device_authorization',
      registration: '/oauth/register',
      pushed_authorization_request: '/oauth/par',
      introspection: '/oauth/introspect',
      revocation: '/oauth/revoke',
      end_session: '/oauth/end-session',
      jwks: '/oauth/jwks',
      userinfo: '/oauth/userinfo',
      code_verification: '/pair',
    },
    renderError: renderAuthorizationError,
  })

  // The front sets Host and X-Forwarded-* itself, from the public URL: they are never a client's.
  provider.proxy = true
  boundStrangers(provider, { devices, clock, bounds: options.strangers, sessionOf: options.sessionOf })
  keepPace(provider, createPace(pollInterval, clock))
  attendRegistration(provider, { taken: registering.taken, tokens })
  answerForStructuredTokens(provider, {
    verify: (token) => options.verifier.verify(token).catch(undefinedIfRefused),
    endGrant: options.endGrant,
  })
  askBeforeSignOut(provider, options.sessionOf)
  nameUnauthorizedClients(provider)
  letFormsEndAtTheirProgram(provider)
  showWhatIsMissing(provider)
  refuseWrongMethods(provider)
  provider.Client.prototype.compareClientSecret = function compare(this: { clientSecret?: string }, secret: string) {
    return secretMatches(secret, this.clientSecret ?? '')
  }
  if (legacyFlows.includes('password')) offerPasswordGrant(provider, { guard: options.guard, accessTokenLifetime, log })
  auditProvider(provider, options.audit)
  serveKeys(provider, keys)

  provider.on('registration_create.success', (ctx, client) => {
    const { clientId: id, clientName: name = id } = client
    if (!isDeviceId(id)) return
    devices.register({ id, kind: kindOf(id), name, address: ctx.ip })
    log.info({ device: id, address: ctx.ip }, 'device registered')
  })
  provider.on('registration_delete.success', (_ctx, { clientId }) => options.onClientRemoved(clientId))
  provider.on('end_session.success', (ctx) => {
    if (ctx.oidc.params?.logout !== undefined) options.endSession(ctx.get('cookie'))
  })
  provider.on('backchannel.error', (_ctx, err, client) => {
    log.warn({ err, client: client.clientId }, 'a program could not be told that somebody signed out')
  })
  provider.on('grant.revoked', (_ctx, grantId) => options.onGrantEnded(grantId))
  provider.on('server_error', (_ctx, err) => log.error({ err }, 'authorization server failed'))
  explainRefusals(provider, legacyFlows, log)
  return provider
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof AdmissionError)) throw error
}
