// Scopes, roles, and which scope a command needs. The broker's permission, the consent pages and the API read this.
import type { Kind } from './ids.ts'

/** The audience of every access token (RFC 8707): the household's broker and API. */
export const AUDIENCE = 'urn:latchkey:home'

export const CONTROL_SCOPES = ['climate:control', 'toaster:control', 'security:arm', 'security:disarm'] as const
export const HOME_SCOPES = ['device', 'home:read', ...CONTROL_SCOPES, 'home:admin'] as const
export type Scope = (typeof HOME_SCOPES)[number]

export const isScope = (input: unknown): input is Scope => HOME_SCOPES.includes(input as Scope)

export const ROLES = ['owner', 'member', 'guest'] as const
export type Role = (typeof ROLES)[number]

/** The most a person may have, whatever a client asks for. */
export const ROLE_CEILING: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['home:read', ...CONTROL_SCOPES, 'home:admin'],
  member: ['home:read', ...CONTROL_SCOPES],
  guest: ['home:read', 'climate:control', 'toaster:control'],
}

/** Reads a `scope` string (RFC 6749 §3.3); what is not one of ours is left out. */
export const parseScopes = (text: string): readonly Scope[] => text.split(' ').filter(isScope)

/**
 * The scope that publishing to a `/set` of this kind needs. The panel's one command topic both arms and disarms, so
 * there the payload's `action` decides; anything that is not plainly arming needs the stronger right.
 */
export function scopeForSet(kind: Kind, path: string, payload: string): Scope {
  switch (kind) {
    case 'thermostat':
      return 'climate:control'
    case 'toaster':
      return 'toaster:control'
    case 'security':
      if (path !== 'panel/command') return 'security:disarm'
      return isArming(payload) ? 'security:arm' : 'security:disarm'
  }
}

/** `TRIGGER` is a panic button: whoever may arm may call for help. */
const ARMING = /^(ARM_[A-Z_]+|TRIGGER)$/

function isArming(payload: string): boolean {
  try {
    const command: unknown = JSON.parse(payload)
    if (typeof command !== 'object' || command === null || !('action' in command)) return false
    return typeof command.action === 'string' && ARMING.test(command.action)
  } catch {
    return false
  }
}

/** What a scope lets its holder do, for the pages that ask a person. */
export const SCOPE_SENTENCES: Readonly<Record<Scope, string>> = {
  device: 'Report its own state and receive its own commands',
  'home:read': 'See every device and its state',
  'climate:control': 'Change the temperature and the heating mode',
  'toaster:control': 'Set, start and stop the toaster',
  'security:arm': 'Arm the security panel',
  'security:disarm': 'Disarm the security panel',
  'home:admin': 'Manage people and devices',
}
