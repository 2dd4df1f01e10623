import type Provider from 'oidc-provider'

/** Ends a grant with its tokens; `onEnded` then closes what stands on it. */
export async function endGrant(provider: Provider, grantId: string, onEnded: (grantId: string) => void): Promise<void> {
  await provider.RefreshToken.revokeByGrantId(grantId)
  await provider.AuthorizationCode.revokeByGrantId(grantId)
  await provider.AccessToken.revokeByGrantId(grantId)
  const grant = await provider.Grant.find(grantId)
  await grant?.destroy()
  onEnded(grantId)
}
