// Where a device is in its life. DESIGN: unpaired → pairing → online ⇄ offline → (revoked) unpaired.
import type { DeviceId } from '#contract/ids.ts'
import type { DeviceAuthorization } from './oauth/hub.ts'

/** Why a device that has no grant is not asking for one: it waits until a person wants it to (RFC 8628 §3.5). */
export const UNPAIRED = ['revoked', 'left', 'expired', 'denied', 'refused'] as const
export type Unpaired = (typeof UNPAIRED)[number]

/** The rest of a sentence that begins with the device. */
export const UNPAIRED_WORDS: Readonly<Record<Unpaired, string>> = {
  revoked: 'was put out',
  left: 'left its home',
  expired: 'was not let in before its code ended',
  denied: 'was told no',
  refused: 'was refused by the hub',
}

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
