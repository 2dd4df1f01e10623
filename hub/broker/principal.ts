import type { DeviceId } from '#contract/ids.ts'
import type { Role, Scope } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'

/** Who an access token stands for, once it has been verified. */
export interface Principal {
  /** The OAuth client. */
  readonly clientId: string
  /** Set when the client is a device and the token lets it be that device. */
  readonly device: DeviceId | undefined
  /** The account: the person, or for a device the person who let it in. */
  readonly subject: string
  readonly role: Role | undefined
  readonly scopes: readonly Scope[]
  /** What is revoked when somebody is put out. */
  readonly grantId: string
  readonly expiresAt: Instant
}
