// What a device knows about itself and its hub, as it is kept.
import * as v from 'valibot'
import { type DeviceId, isDeviceId } from '#contract/ids.ts'
import { clientKey } from '../oauth/client-key.ts'

/** Of this schema. A sealed file of another one is not ours to read. */
export const VERSION = 1

export const credentials = v.object({
  version: v.literal(VERSION),
  /** The private key; it outlives every pairing. */
  key: clientKey,
  /** Which hub knows this key, and by which name. */
  registration: v.exactOptional(
    v.object({
      issuer: v.string(),
      device: v.custom<DeviceId>(isDeviceId, 'it must be a device id'),
      /** PEM of the authority that the hub was found with: no other is believed from then on. */
      ca: v.exactOptional(v.string()),
    }),
  ),
  /** What the person's approval gave. */
  grant: v.exactOptional(v.object({ refreshToken: v.string() })),
})
export type Credentials = v.InferOutput<typeof credentials>
export type Registration = NonNullable<Credentials['registration']>
