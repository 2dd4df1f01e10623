// The JSON API of the hub, as far as the page uses it.
import type { Session } from './session.ts'

export interface PairedDevice {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly room: string | null
  /** Null where another server lets devices in. */
  readonly pairedAt: string | null
}

async function call(session: Session, path: string, method: string, body?: object): Promise<Response> {
  const token = await session.token()
  const response = await fetch(path, {
    method,
    headers: { authorization: `Bearer ${token ?? ''}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.ok) return response
  const problem: unknown = await response.json().catch(() => undefined)
  const detail = typeof problem === 'object' && problem !== null && 'detail' in problem ? String(problem.detail) : ''
  throw new Error(detail || `The hub answered ${response.status}`)
}

export async function listDevices(session: Session): Promise<readonly PairedDevice[]> {
  const response = await call(session, '/api/devices', 'GET')
  const body = (await response.json()) as { devices: readonly PairedDevice[] }
  return body.devices
}

/** An empty room is none. */
export async function describeDevice(
  session: Session,
  id: string,
  facts: { readonly name: string; readonly room: string },
): Promise<void> {
  await call(session, `/api/devices/${encodeURIComponent(id)}`, 'PATCH', facts)
}

export async function unpairDevice(session: Session, id: string): Promise<void> {
  await call(session, `/api/devices/${encodeURIComponent(id)}`, 'DELETE')
}
