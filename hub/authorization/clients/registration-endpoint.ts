// `/oauth/register` for both of its callers (RFC 7591, RFC 7592): a device comes with its kind and nothing else, a program with a
// registration token.
import type Provider from 'oidc-provider'
import { type ClientMetadata, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { applyDevicePolicy, KIND_PROPERTY, nameDevice } from '../devices/device-policy.ts'
import type { Devices } from '../devices/devices.ts'
import type { LegacyFlow } from '../flows/legacy.ts'
import { PAGE_CLIENT } from '../page-client.ts'
import { applyAppPolicy, HOME_SCOPE_PROPERTY, scopesOfApp } from './app-policy.ts'
import { createAppId, isAppId } from './apps.ts'
import type { Allowance, RegistrationTokens } from './registration-tokens.ts'
import { isKept } from './secret.ts'

type Taken = { readonly id: string } & Allowance

/** The two properties of ours that a client's metadata has. */
export const OWN_PROPERTIES = [KIND_PROPERTY, HOME_SCOPE_PROPERTY]

export function registration(options: {
  readonly devices: Devices
  readonly tokens: RegistrationTokens
  readonly legacyFlows: readonly LegacyFlow[]
  /** Where no program is told of anything. */
  readonly isOwnAddress: (url: URL) => boolean
  readonly random: () => number
}) {
  const { devices, tokens, random } = options
  /** By the request that showed it. */
  const taken = new WeakMap<object, Taken>()

  return {
    taken,
    /**
     * The policy, in the one place where the library lets metadata be changed before they are checked. It comes by here as well when a
     * client is loaded: a device's are the same after it, a program's were looked at when they came.
     */
    checkMetadata(ctx: KoaContextWithOIDC | undefined, key: string, _value: unknown, metadata: ClientMetadata): void {
      if (key !== KIND_PROPERTY || metadata.client_id === PAGE_CLIENT) return
      if (!isAppId(metadata.client_id)) {
        applyDevicePolicy(metadata)
        return
      }
      const allowance = (ctx && taken.get(ctx)) ?? allowanceOfUpdate(ctx)
      if (allowance !== undefined) applyAppPolicy(metadata, allowance, options)
    },
    feature: {
      enabled: true,
      // The library asks everybody for an initial access token or nobody: it asks nobody, and whoever shows one is looked at here.
      idFactory(ctx: KoaContextWithOIDC) {
        const isDevice = typeof ctx.oidc.body === 'object' && ctx.oidc.body !== null && KIND_PROPERTY in ctx.oidc.body
        if (isDevice || ctx.get('authorization') === '') {
          return nameDevice(ctx.oidc.body, (id) => devices.find(id) !== undefined, random)
        }
        const token = tokens.take(ctx.oidc.getAccessToken())
        if (token === undefined) throw new errors.InvalidToken('the registration token is unknown, expired or used')
        taken.set(ctx, token)
        return createAppId()
      },
      issueRegistrationAccessToken: (ctx: KoaContextWithOIDC) => taken.has(ctx),
    },
  }
}

/** A program that changes itself keeps within what it has (RFC 7592 §2.2). It was loaded before, to see who asks. */
function allowanceOfUpdate(ctx: KoaContextWithOIDC | undefined): Allowance | undefined {
  const client = ctx?.oidc.client
  if (client === undefined || ctx?.oidc.route !== UPDATE) return undefined
  return { scopes: scopesOfApp(client), password: client.grantTypeAllowed('password') }
}

/** After the provider was made: what surrounds its endpoint. */
export function attendRegistration(
  provider: Provider,
  options: { readonly taken: WeakMap<object, Taken>; readonly tokens: RegistrationTokens },
): void {
  const { taken, tokens } = options
  provider.on('registration_create.error', (ctx) => {
    const token = taken.get(ctx)
    if (token !== undefined) tokens.giveBack(token.id)
  })
  provider.use(async (ctx, next) => {
    await next()
    if (!ROUTES.includes(ctx.oidc?.route ?? '')) return
    const body: unknown = ctx.body
    if (typeof body !== 'object' || body === null) return
    if (ctx.oidc.route === UPDATE && ctx.status === 400 && 'client_secret' in (ctx.oidc.body ?? {})) {
      // The library compares it with what is kept. Whoever reads its metadata first does not find one to send.
      ctx.body = { ...body, error_description: 'leave client_secret out: only its hash is kept' }
      return
    }
    if (!isClient(body)) return
    // Scopes are one list to the outside.
    const scope = [body.scope, body[HOME_SCOPE_PROPERTY]]
      .filter((each) => typeof each === 'string' && each !== '')
      .join(' ')
    const { [HOME_SCOPE_PROPERTY]: _, client_secret: secret, ...rest } = body
    // Only its hash is kept, so it is shown once: when it is made.
    const shown = typeof secret === 'string' && !isKept(secret) ? { client_secret: secret } : {}
    ctx.body = { ...rest, ...(scope !== '' && { scope }), ...shown }
  })
}

/** As the library names them. */
const UPDATE = 'client_update'
const ROUTES: readonly string[] = ['registration', 'client', UPDATE]

const isClient = (body: object): body is Record<string, unknown> => 'client_id' in body
