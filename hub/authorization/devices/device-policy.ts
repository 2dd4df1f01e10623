// Which devices may register themselves, and as what (RFC 7591). Whatever a device asks for, it becomes a native client with the
// device grant and refresh only, that proves itself with its own ES256 key.
import { errors } from 'oidc-provider'
import * as v from 'valibot'
import { createDeviceId, type DeviceId, isDeviceName, isKind, type Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Our one extension to the registration request (RFC 7591 §2: "Extensions"): which of the three kinds asks. */
export const KIND_PROPERTY = 'device_kind'

/** A coordinate of P-256 (RFC 7518 §6.2.1.2): 32 bytes. */
const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/))

/** The one public key of the device, and of it what a key is: the rest is not kept. `d` must not be there: a device never shows its private half. */
const deviceKeys = v.strictObject({
  keys: v.pipe(
    v.array(
      v.object({
        ...{ kty: v.literal('EC'), crv: v.literal('P-256'), x: coordinate, y: coordinate },
        kid: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
        d: v.exactOptional(v.never()),
      }),
    ),
    v.length(1),
  ),
})

/** Free text of the device that a person will read: short, one line, nothing that could pass for something else. */
const deviceName = v.pipe(v.string(), v.trim(), v.check(isDeviceName))

const refused = (description: string) => new errors.InvalidClientMetadata(description)

/** The policy, in the place where oidc-provider lets metadata be changed before it is checked. */
export function applyDevicePolicy(metadata: Record<string, unknown>): void {
  const kind = metadata[KIND_PROPERTY]
  if (!isKind(kind)) throw refused(`${KIND_PROPERTY} must be thermostat, toaster or security`)
  const keys = v.safeParse(deviceKeys, metadata.jwks)
  if (!keys.success) {
    throw refused('jwks must hold exactly one public EC P-256 key, and not its private half')
  }
  const name = v.safeParse(deviceName, metadata.client_name ?? KIND_NAMES[kind])
  if (!name.success) throw refused('client_name must be 1 to 48 letters, digits and spaces on one line')
  const { client_id: clientId, client_id_issued_at: issuedAt } = metadata
  for (const key of Object.keys(metadata)) delete metadata[key]
  Object.assign(metadata, {
    client_id: clientId,
    ...(issuedAt !== undefined && { client_id_issued_at: issuedAt }),
    client_name: name.output,
    [KIND_PROPERTY]: kind,
    jwks: keys.output,
    application_type: 'native',
    grant_types: [DEVICE_GRANT, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
  })
}

/** Gives a new device its one name; `taken` says whether somebody has it already. */
export function nameDevice(
  body: unknown,
  taken: (id: DeviceId) => boolean,
  random: () => number,
): DeviceId | 'unnamed' {
  const kind = kindIn(body)
  if (kind === undefined) return 'unnamed'
  for (;;) {
    const id = createDeviceId(kind, random)
    if (!taken(id)) return id
  }
}

function kindIn(body: unknown): Kind | undefined {
  if (typeof body !== 'object' || body === null || !(KIND_PROPERTY in body)) return undefined
  const kind = body[KIND_PROPERTY]
  return isKind(kind) ? kind : undefined
}
