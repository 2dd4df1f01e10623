// The Resource Owner Password grant (RFC 6749 §4.3). Off unless LATCHKEY_LEGACY_FLOWS names it, and then for programs whose owner said so
// when their registration token was made. RFC 9700 §2.4 forbids it for whatever is new.
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Logger } from 'pino'
import { AUDIENCE, parseScopes, ROLE_CEILING } from '#contract/scopes.ts'
import type { Millis } from '#contract/time.ts'
import { scopesOfApp } from '../clients/app-policy.ts'
import { homeResource } from '../resource-server.ts'
import type { SignInGuard } from '../sign-in/sign-in-guard.ts'

export function offerPasswordGrant(
  provider: Provider,
  options: { readonly guard: SignInGuard; readonly accessTokenLifetime: Millis; readonly log: Logger },
): void {
  const { guard, accessTokenLifetime, log } = options
  provider.registerGrantType<{ username?: string; password?: string; scope?: string }>(
    'password',
    async (ctx) => {
      const { client, params } = ctx.oidc
      if (!params.username || !params.password) throw new errors.InvalidRequest('username and password are required')
      const tried = await guard.check({
        name: params.username,
        password: params.password,
        address: ctx.ip,
        by: 'password grant',
        clientId: client.clientId,
      })
      if (tried.outcome === 'too_many') {
        throw new errors.CustomOIDCProviderError('invalid_grant', 'too many tries: wait ten minutes')
      }
      if (tried.outcome === 'busy') {
        throw new errors.TemporarilyUnavailable('too many sign in at this moment: try again in a few seconds')
      }
      if (tried.outcome !== 'right') throw new errors.InvalidGrant('this name and password do not go together')
      const { account } = tried
      // Loud on purpose: a household should see which program still holds a password.
      log.warn({ client: client.clientId, account: account.id, address: ctx.ip }, 'signed in by the password grant')

      const ceiling = ROLE_CEILING[account.role]
      const may = scopesOfApp(client).filter((scope) => ceiling.includes(scope))
      const asked = params.scope === undefined ? may : parseScopes(params.scope)
      const scopes = asked.filter((scope) => may.includes(scope))
      if (scopes.length === 0) {
        const would =
          may.length > 0 ? `ask for one or more of: ${may.join(' ')}` : 'this person may give the program nothing'
        throw new errors.InvalidScope(would, params.scope ?? '')
      }
      const grant = new provider.Grant({ accountId: account.id, clientId: client.clientId })
      grant.addResourceScope(AUDIENCE, scopes.join(' '))
      const grantId = await grant.save()
      ctx.oidc.entity('Grant', grant)

      const source = { accountId: account.id, client, grantId, gty: 'password', expiresWithSession: false }
      const accessToken = new provider.AccessToken(source)
      accessToken.resourceServer = new provider.ResourceServer(AUDIENCE, homeResource(scopes, accessTokenLifetime))
      accessToken.scope = scopes.join(' ')
      ctx.oidc.entity('AccessToken', accessToken)
      const body = {
        access_token: await accessToken.save(),
        expires_in: accessToken.expiration,
        token_type: accessToken.tokenType,
        scope: accessToken.scope,
      }
      if (!client.grantTypeAllowed('refresh_token')) {
        ctx.body = body
        return
      }
      const refreshToken = new provider.RefreshToken({
        ...source,
        resource: AUDIENCE,
        scope: scopes.join(' '),
        rotations: 0,
      })
      ctx.oidc.entity('RefreshToken', refreshToken)
      ctx.body = { ...body, refresh_token: await refreshToken.save() }
    },
    ['username', 'password', 'scope'],
  )
}
