// The connections that were admitted: who each one is, until when, and how to end it.
import type { Client } from 'aedes'
import { after, type Clock } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import { millis } from '#contract/time.ts'
import type { Principal } from './principal.ts'

export interface Sessions {
  find(client: Client | null | undefined): Principal | undefined
  /** Opens a session, or gives an open one a new principal; it is closed when the principal's token ends. */
  set(client: Client, principal: Principal): void
  delete(client: Client): void
  count(clientId?: string, subject?: string): number
  endGrant(grantId: string): void
  endClient(clientId: string): void
  isConnected(device: DeviceId, except?: Client): boolean
  all(): readonly Principal[]
}

export function createSessions(clock: Clock, close: (client: Client) => void): Sessions {
  const sessions = new Map<Client, { readonly principal: Principal; readonly forget: () => void }>()
  const closeWhere = (matches: (principal: Principal) => boolean) => {
    for (const [client, { principal }] of sessions) if (matches(principal)) close(client)
  }

  return {
    find: (client) => (client ? sessions.get(client)?.principal : undefined),
    set(client, principal) {
      sessions.get(client)?.forget()
      const left = millis(Math.max(0, principal.expiresAt - clock.now()))
      sessions.set(client, { principal, forget: after(clock, left, () => close(client)) })
    },
    delete(client) {
      sessions.get(client)?.forget()
      sessions.delete(client)
    },
    count(clientId, subject) {
      if (clientId === undefined) return sessions.size
      let count = 0
      for (const { principal } of sessions.values()) {
        if (principal.clientId === clientId && principal.subject === subject) count += 1
      }
      return count
    },
    endGrant: (grantId) => closeWhere((principal) => principal.grantId === grantId),
    endClient: (clientId) => closeWhere((principal) => principal.clientId === clientId),
    isConnected: (device, except) =>
      [...sessions].some(([client, { principal }]) => principal.device === device && client !== except),
    all: () => [...sessions.values()].map(({ principal }) => principal),
  }
}
