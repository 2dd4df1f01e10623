// The three roles, in the words of the pages.
import type { Role } from '#contract/scopes.ts'

export const ROLE_NAMES: Readonly<Record<Role, string>> = { owner: 'Owner', member: 'Member', guest: 'Guest' }

export const ROLE_SENTENCES: Readonly<Record<Role, string>> = {
  owner: 'Everything, people and devices included',
  member: 'See and control everything, the alarm included',
  guest: 'See everything, change the temperature, make toast',
}
