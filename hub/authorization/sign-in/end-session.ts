// Signing out ends more than a cookie: what this browser was given goes with it, and programs that want to know are told.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Logger } from 'pino'

/** Ends the authorization server's own session of this browser, and the grants that it made, but for those to be kept offline. */
export async function endProviderSession(options: {
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Ends a grant with its tokens and connections. */
  readonly endGrant: (grantId: string) => void
  readonly log: Logger
}): Promise<void> {
  const { provider, request, response, endGrant, log } = options
  const session = await provider.Session.get(provider.createContext(request, response))
  const { accountId } = session
  for (const [clientId, { grantId, sid, persistsLogout }] of Object.entries(session.authorizations ?? {})) {
    if (grantId !== undefined && persistsLogout !== true) endGrant(grantId)
    const client = await provider.Client.find(clientId).catch(() => undefined)
    if (client?.backchannelLogoutUri === undefined || accountId === undefined) continue
    // Not waited for: a program that hangs keeps nobody signed in.
    tellSignedOut(client, accountId, sid).catch((err: unknown) => {
      log.warn({ err, client: clientId }, 'a program could not be told that somebody signed out')
    })
  }
  await session.destroy()
}

/** OpenID Connect Back-Channel Logout 1.0 §2.5; the library does it, and its types do not know. */
const tellSignedOut = (client: object, accountId: string, sid: string | undefined): Promise<void> =>
  (client as { backchannelLogout(accountId: string, sid: string | undefined): Promise<void> }).backchannelLogout(
    accountId,
    sid,
  )
