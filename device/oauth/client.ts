// How the authorization server knows this device: by its own key, or by a name that somebody was given there for it.
import * as oauth from 'oauth4webapi'
import type { DeviceId } from '#contract/ids.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import type { ClientKey } from './client-key.ts'
import { importSigningKey } from './client-key.ts'

export type ClientIdentity =
  /** Our hub: the device registers with its own key (RFC 7591) and keeps no secret in common with anybody. */
  | { readonly type: 'registers' }
  /** Any other server: a client that was made there by hand. */
  | GivenClient

export interface GivenClient {
  readonly type: 'given'
  readonly clientId: string
  /** What this client is on the broker; undefined where that does not matter: it makes itself a name. */
  readonly device?: DeviceId | undefined
  /** Undefined for a public client. */
  readonly secret: string | undefined
  /** What to ask for; without `offline_access` many a server gives no refresh token. */
  readonly scope: string
  /** What the token shall be good for, as Auth0 names it. RFC 8707 `resource` where it is a URL. */
  readonly audience: string | undefined
  /** Its tokens are bound to the device's key (RFC 9449). */
  readonly dpop?: boolean
}

/** Proves to `server` that we are its client. */
export async function authenticationFor(
  identity: ClientIdentity,
  key: ClientKey,
  server: oauth.AuthorizationServer,
): Promise<oauth.ClientAuth> {
  if (identity.type === 'registers') return oauth.PrivateKeyJwt(await importSigningKey(key))
  if (identity.secret === undefined) return oauth.None()
  // RFC 8414 §2: "If omitted, the default is client_secret_basic".
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const basic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
  return basic ? oauth.ClientSecretBasic(identity.secret) : oauth.ClientSecretPost(identity.secret)
}

/** The parameters of the device authorization request (RFC 8628 §3.1). */
export function authorizationParameters(identity: ClientIdentity): Record<string, string> {
  if (identity.type === 'registers') return { scope: 'device', resource: AUDIENCE }
  const { scope, audience } = identity
  if (audience === undefined) return { scope }
  return URL.canParse(audience) ? { scope, audience, resource: audience } : { scope, audience }
}
