// Signing out ends more than a cookie: what this browser was given goes with it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'

/** Ends the authorization server's own session of this browser, and the grants that it made. */
export async function endBrowserSession(options: {
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly onGrantEnded: (grantId: string) => void
}): Promise<void> {
  const { provider, request, response, onGrantEnded } = options
  const session = await provider.Session.get(provider.createContext(request, response))
  for (const { grantId } of Object.values(session.authorizations ?? {})) {
    if (grantId === undefined) continue
    await provider.RefreshToken.revokeByGrantId(grantId)
    await provider.AuthorizationCode.revokeByGrantId(grantId)
    const grant = await provider.Grant.find(grantId)
    await grant?.destroy()
    onGrantEnded(grantId)
  }
  await session.destroy()
}
