import type { DeviceId } from '#contract/ids.ts'
import type { Role, Scope } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'

/** Who an access token or an app password stands for, once it has been verified. */
export interface Principal {
  /** What it came with: an access token ends by itself, an app password when somebody revokes it. */
  readonly credential: 'access_token' | 'app_password'
  /** The OAuth client; an app password is its own. */
  readonly clientId: string
  /** Set when the client is a device and the token lets it be that device. */
  readonly device: DeviceId | undefined
  /** The account: the person, or for a device or an app password the person who let it in. */
  readonly subject: string
  readonly role: Role | undefined
  readonly scopes: readonly Scope[]
  /** What is revoked when somebody is put out: the grant, or the app password. */
  readonly grantId: string
  readonly expiresAt: Instant
  /** The thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  readonly boundTo?: string | undefined
  /** When the person last gave a password or a passkey (`auth_time`); an app password has none. */
  readonly confirmedAt?: Instant | undefined
}
