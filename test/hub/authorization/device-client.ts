// A device as bare HTTP: for requests that no well-behaved library would send.
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { DEVICE_GRANT } from '../../../hub/authorization/devices/device-policy.ts'

export interface BareDevice {
  readonly id: string
  post(path: string, form: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }>
  assertion(claims?: Record<string, unknown>, lifetime?: string): Promise<string>
  askForCode(): Promise<{ deviceCode: string; userCode: string; interval: number }>
  redeem(deviceCode: string, assertion?: string): Promise<{ status: number; body: Record<string, unknown> }>
}

/** Registers by RFC 7591. `metadata` is sent on top of what a device of ours sends. */
export async function registerRaw(
  base: URL,
  metadata: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(new URL('/oauth/register', base), {
    method: 'POST',
    headers,
    body: JSON.stringify(metadata),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export async function createBareDevice(base: URL, kind = 'toaster'): Promise<BareDevice> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [await exportJWK(publicKey)] }
  const { body } = await registerRaw(base, { client_name: 'Kitchen', device_kind: kind, jwks })
  const id = String(body.client_id)

  const assertion = (claims: Record<string, unknown> = {}, lifetime = '1m') =>
    new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(base.origin)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(privateKey)
  const post = async (path: string, form: Record<string, string>) => {
    const response = await fetch(new URL(path, base), { method: 'POST', body: new URLSearchParams(form) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const authenticated = async (form: Record<string, string>, given?: string) => ({
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: given ?? (await assertion()),
    ...form,
  })
  return {
    id,
    post,
    assertion,
    async askForCode() {
      const { body: asked } = await post('/oauth/device_authorization', await authenticated({ scope: 'device' }))
      const { device_code: deviceCode, user_code: userCode, interval } = asked
      return { deviceCode: String(deviceCode), userCode: String(userCode), interval: Number(interval) }
    },
    redeem: async (deviceCode, given) =>
      post('/oauth/token', await authenticated({ grant_type: DEVICE_GRANT, device_code: deviceCode }, given)),
  }
}
