// Browsers hold a form to `form-action` through every redirect that follows it (CSP 3 §6.3.1): a sign-in that ends at another program is
// stopped unless the page that began it names the program.
import type Provider from 'oidc-provider'

/** The policy with one more place where a form may end. */
export function allowFormTo(policy: string, redirectUri: string): string {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  if (url === undefined) return policy
  const target = url.origin === 'null' ? url.protocol : url.origin
  return policy.replace("form-action 'self'", `form-action 'self' ${target}`)
}

/** The page that sends an answer on as a form (OAuth 2.0 Form Post Response Mode), and the one that signs out. */
export function letFormsEndAtTheirProgram(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc === undefined || ctx.response.type !== 'text/html') return
    const { client, params, session } = ctx.oidc
    const asked = params?.redirect_uri
    // A page that refuses such an address does not name it either.
    if (typeof asked === 'string' && client?.redirectUriAllowed(asked) !== true) return
    const target = asked ?? session?.state?.postLogoutRedirectUri
    const policy = ctx.response.get('content-security-policy')
    if (typeof target === 'string' && policy !== '') ctx.set('content-security-policy', allowFormTo(policy, target))
  })
}
