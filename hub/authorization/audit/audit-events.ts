// What the audit tells of.

/** What is told, and who can bring it about: anybody who reaches the hub, or only somebody who was let in. */
export const EVENTS = {
  device_registered: 'anybody',
  registration_allowed: 'known',
  registration_withdrawn: 'known',
  client_registered: 'anybody',
  client_changed: 'known',
  client_removed: 'known',
  code_issued: 'anybody',
  user_code_guessed: 'anybody',
  pairing_approved: 'known',
  pairing_denied: 'known',
  elsewhere_allowed: 'known',
  device_unpaired: 'known',
  /** `detail` is the grant type. A refresh that succeeds is none: each device does it every ten minutes. */
  grant_issued: 'known',
  grant_revoked: 'known',
  grant_refused: 'anybody',
  refresh_failed: 'anybody',
  /** At another endpoint than the token endpoint. */
  request_refused: 'anybody',
  consent_given: 'known',
  consent_denied: 'known',
  /** `detail` is what with: a password, a passkey, an invitation, or an identity provider's id. */
  signed_in: 'known',
  sign_in_failed: 'anybody',
  signed_out: 'known',
  account_created: 'known',
  /** `accountId` is who did it, `detail` whose account it is and its old and new role. */
  account_changed: 'known',
  /** Recorded before the account goes: it may be one's own, and its name is kept. */
  account_removed: 'known',
  /** `detail` is the identity provider's id. */
  account_linked: 'known',
  account_unlinked: 'known',
  invitation_created: 'known',
  invitation_withdrawn: 'known',
  passkey_added: 'known',
  passkey_removed: 'known',
  password_changed: 'known',
  app_password_created: 'known',
  app_password_revoked: 'known',
  keys_rotated: 'known',
  key_retired: 'known',
  /** `detail` is how many could not be kept. */
  entries_lost: 'known',
} as const

/** One event of the audit. */
export type AuditEvent = keyof typeof EVENTS
