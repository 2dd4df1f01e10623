// Browsers hold a form to `form-action` through every redirect that follows it (CSP 3 §6.3.1): a sign-in that ends at another program is
// stopped unless the page that began it names the program.

/** The policy with one more place where a form may end. */
export function allowFormTo(policy: string, redirectUri: string): string {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  if (url === undefined) return policy
  const target = url.origin === 'null' ? url.protocol : url.origin
  return policy.replace("form-action 'self'", `form-action 'self' ${target}`)
}
