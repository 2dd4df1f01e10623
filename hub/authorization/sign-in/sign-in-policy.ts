// The household session (sessions.ts) is the one truth about who is signed in; the library's own follows it.
import { interactionPolicy as library } from 'oidc-provider'
import type { Session } from './sessions.ts'

export function interactionPolicy(sessionOf: (cookieHeader: string | undefined) => Session | undefined) {
  const policy = library.base()
  const ended = new library.Check(
    'household_session_ended',
    'the person signed out, or somebody else signed in',
    'login_required',
    (ctx) => {
      const session = sessionOf(ctx.req.headers.cookie)
      return session === undefined || session.account.id !== ctx.oidc.session?.accountId
    },
  )
  policy.get('login')?.checks.add(ended)
  return policy
}
