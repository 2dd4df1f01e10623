// Signing out ends more than a cookie: what this browser was given goes with it, and programs that want to know are told.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Logger } from 'pino'
import type { Browser } from '../grants.ts'

/** Ends the authorization server's own session of this browser, with what it was given there. */
export async function endProviderSession(
  options: Leaving & { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { provider, request, response } = options
  const session = await provider.Session.get(provider.createContext(request, response))
  const { accountId, authorizations = {} } = session
  if (accountId !== undefined) await leaveBrowser(options, { accountId, authorizations })
  await session.destroy()
}

interface Leaving {
  readonly provider: Provider
  /** Ends a grant with its tokens and connections. */
  readonly endGrant: (grantId: string) => void
  readonly log: Logger
}

/** Ends the grants that a browser made, but for those to be kept offline, and tells its programs. */
export async function leaveBrowser(
  { provider, endGrant, log }: Leaving,
  { accountId, authorizations }: Browser,
): Promise<void> {
  const all = Object.entries(authorizations)
  for (const [, { grantId, persistsLogout }] of all) {
    if (grantId !== undefined && persistsLogout !== true) endGrant(grantId)
  }
  for (const [clientId, { sid }] of all) {
    const client = await provider.Client.find(clientId).catch(() => undefined)
    if (client?.backchannelLogoutUri === undefined) continue
    // Not waited for: a program that hangs keeps nobody signed in.
    tellSignedOut(client, accountId, sid).catch((err: unknown) => {
      log.warn({ err, client: clientId }, 'a program could not be told that somebody signed out')
    })
  }
}

/** OpenID Connect Back-Channel Logout 1.0 §2.5; the library does it, and its types do not know. */
const tellSignedOut = (client: object, accountId: string, sid: string | undefined): Promise<void> =>
  (client as { backchannelLogout(accountId: string, sid: string | undefined): Promise<void> }).backchannelLogout(
    accountId,
    sid,
  )
