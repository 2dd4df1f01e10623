// Who asks the API: the bearer of an access token, or of an app password (RFC 6750).
import type { Context, MiddlewareHandler } from 'hono'
import type { Clock } from '#contract/clock.ts'
import type { Scope } from '#contract/scopes.ts'
import { AdmissionError } from '../authorization/access-token.ts'
import type { Actor } from '../authorization/audit/audit.ts'
import { addressOf, type Requests } from '../authorization/pages/requests.ts'
import { FRESH_FOR, isFresh } from '../authorization/sign-in/sessions.ts'
import type { Admission } from '../broker/admission.ts'
import type { Principal } from '../broker/principal.ts'
import { problem, scopeProblem, stepUpProblem, tokenProblem } from './problem.ts'

/** What a route knows of its request once the bearer was admitted. */
export interface Asked extends Requests {
  readonly Variables: { principal: Principal }
}

/** Lets those pass who have the scope: 401 for a token that is not good, 403 for one that is not enough. */
export function requireScope(admission: Admission, publicUrl: URL, scope: Scope): MiddlewareHandler<Asked> {
  return async (c, next) => {
    const shown = readAuthorization(c)
    if (shown === undefined) return tokenProblem(c, publicUrl, undefined)
    const url = new URL(c.req.path, publicUrl).href
    const principal = await admission
      .admit(shown.token, { proof: c.req.header('dpop'), method: c.req.method, url })
      .catch((error: unknown) => {
        if (error instanceof AdmissionError) return error
        throw error
      })
    if (principal instanceof AdmissionError) return tokenProblem(c, publicUrl, principal)
    if ((shown.scheme === 'dpop') !== (principal.boundTo !== undefined))
      return tokenProblem(c, publicUrl, WRONG_SCHEME[shown.scheme])
    if (!principal.scopes.includes(scope)) return scopeProblem(c, scope)
    c.set('principal', principal)
    return next()
  }
}

/** Who does what a route is asked for, as the audit knows them. */
export function actorOf<E extends Asked>(c: Context<E>): Actor {
  const { role, subject } = c.var.principal
  return { address: addressOf(c), ...(role !== undefined && { accountId: subject }) }
}

/**
 * Lets those pass who are a person and proved within five minutes who they are (RFC 9470); stands behind `requireScope`. A program with an
 * app password never is: what leaked once could live on in what it makes.
 */
export function requireFreshPerson(clock: Clock): MiddlewareHandler<Asked> {
  return async (c, next) => {
    const { credential, confirmedAt } = c.get('principal')
    if (credential === 'app_password') return problem(c, 403, 'This is for a person and not for a program: sign in')
    if (confirmedAt === undefined || !isFresh({ confirmedAt }, clock.now())) return stepUpProblem(c, FRESH_FOR)
    return next()
  }
}

/** RFC 9449 §7.1: a bound token comes as `DPoP` and nothing else does. */
const WRONG_SCHEME = {
  bearer: new AdmissionError('proof_missing', 'it is bound to a key: send it as DPoP'),
  dpop: new AdmissionError('malformed', 'it is bound to no key: send it as Bearer'),
} as const

function readAuthorization(c: Context): { readonly scheme: 'bearer' | 'dpop'; readonly token: string } | undefined {
  const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (scheme === undefined || token === undefined) return undefined
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'dpop' : 'bearer', token }
}
