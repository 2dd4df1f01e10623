// Signing out more than this browser.
import type Provider from 'oidc-provider'
import type { Grants } from '../grants.ts'
import { PAGE_CLIENT } from '../page-client.ts'
import type { Sessions } from './sessions.ts'

export interface SignOut {
  /** Ends the person's sessions, on every browser, with what the phone page has there and its connections. */
  everywhere(accountId: string): void
  /**
   * After a new password, whoever knew the old one has nothing left: every other session ends, and each program that holds a refresh token
   * and no key of its own (RFC 9700 §2.2.2) has to ask again.
   */
  afterNewPassword(accountId: string, thisSession: string): Promise<void>
}

export function createSignOut(options: {
  readonly provider: Provider
  readonly sessions: Sessions
  readonly grants: Grants
}): SignOut {
  const { provider, sessions, grants } = options
  return {
    everywhere(accountId) {
      sessions.endAll(accountId)
      grants.end(accountId, (clientId) => clientId === PAGE_CLIENT)
      grants.forgetBrowsers(accountId)
    },
    async afterNewPassword(accountId, thisSession) {
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
