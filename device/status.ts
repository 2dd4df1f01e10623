// Where a device is in its life. DESIGN: unpaired → pairing → online ⇄ offline → (revoked) unpaired.
import type { DeviceId } from '#contract/ids.ts'
import type { DeviceAuthorization } from './oauth/hub.ts'

/** Why a device that has no grant is not asking for one: it waits until a person wants it to (RFC 8628 §3.5). */
export type Unpaired = 'revoked' | 'left' | 'expired' | 'denied' | 'refused'

export type Status =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unpaired'; readonly because: Unpaired }
  | { readonly phase: 'pairing'; readonly device: DeviceId; readonly authorization: DeviceAuthorization }
  | { readonly phase: 'online'; readonly device: DeviceId }
  | { readonly phase: 'offline'; readonly because: string }

export type PublicStatus =
  | Exclude<Status, { readonly phase: 'pairing' }>
  | {
      readonly phase: 'pairing'
      readonly device: DeviceId
      readonly authorization: Omit<DeviceAuthorization, 'deviceCode'>
    }

/** The device code is a secret between device and hub: RFC 8628 §3.3 shows the user code only. */
export function publicStatus(status: Status): PublicStatus {
  if (status.phase !== 'pairing') return status
  const { deviceCode: _, ...authorization } = status.authorization
  return { ...status, authorization }
}
