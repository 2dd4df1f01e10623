// Signing out more than this browser.
import type Provider from 'oidc-provider'
import type { Actor, Audit } from '../audit/audit.ts'
import type { RegistrationTokens } from '../clients/registration-tokens.ts'
import type { Grants } from '../grants.ts'
import { PAGE_CLIENT } from '../page-client.ts'
import { describeInvitation, type Invitations } from '../people/invitations.ts'
import type { Sessions } from './sessions.ts'

export interface SignOut {
  /** Ends the person's sessions, on every browser, with what the phone page has there and its connections. */
  everywhere(accountId: string): void
  /**
   * After a new password whoever knew the old one is signed in nowhere: every other session ends, each program that holds a refresh token
   * and no key of its own (RFC 9700 §2.2.2) has to ask again, and what lets others in and was not used yet is withdrawn. What they made
   * beside that stays (pages/still-open.ts).
   */
  afterNewPassword(actor: Actor & { readonly accountId: string }, thisSession: string): Promise<void>
}

export function createSignOut(options: {
  readonly provider: Provider
  readonly sessions: Sessions
  readonly grants: Grants
  readonly invitations: Invitations
  readonly registrationTokens: RegistrationTokens
  readonly audit: Audit
}): SignOut {
  const { provider, sessions, grants, invitations, registrationTokens, audit } = options
  return {
    everywhere(accountId) {
      sessions.endAll(accountId)
      grants.end(accountId, (clientId) => clientId === PAGE_CLIENT)
      grants.forgetBrowsers(accountId)
    },
    async afterNewPassword(actor, thisSession) {
      const { accountId } = actor
      for (const invitation of invitations.withdrawOf(accountId)) {
        audit.record({ event: 'invitation_withdrawn', ...actor, detail: describeInvitation(invitation) })
      }
      for (const { name } of registrationTokens.withdrawOf(accountId)) {
        audit.record({ event: 'registration_withdrawn', ...actor, detail: name })
      }
      sessions.endAll(accountId, { except: thisSession })
      const keyHolders = new Set<string>()
      for (const id of grants.clientsOf(accountId)) {
        const client = await provider.Client.find(id)
        if (client !== undefined && client.clientAuthMethod !== 'none') keyHolders.add(id)
      }
      grants.end(accountId, (clientId) => !keyHolders.has(clientId))
    },
  }
}
