// From what somebody shows at the door, an access token or an app password, to who they are here.
import { isDeviceId } from '#contract/ids.ts'
import { parseScopes, ROLE_CEILING, type Scope } from '#contract/scopes.ts'
import { instant } from '#contract/time.ts'
import { type AccessTokenClaims, AdmissionError, type Verifier } from '../authorization/access-token.ts'
import { APP_PASSWORD_PREFIX, type AppPasswordBearer } from '../authorization/app-passwords.ts'
import type { Proofs, Shown } from '../authorization/dpop.ts'
import type { Principal } from './principal.ts'

/** How somebody came: what proves that a token which is bound to a key is in the right hands. */
export type Approach = Omit<Shown, 'token'>

export interface Admission {
  /** Throws an `AdmissionError`. */
  admit(token: string, approach: Approach): Promise<Principal>
}

export const createAdmission = (verifier: Verifier, proofs: Proofs): Admission => ({
  async admit(token, approach) {
    const afterProof = async ({ client_id, sub }: AccessTokenClaims, thumbprint: string) => {
      await proofs.check({ ...approach, token }, { thumbprint, name: JSON.stringify([client_id, sub]) })
      return verifier.verify(token)
    }
    const first = await verifier.verify(token)
    // A bound token is never taken as a mere bearer's (RFC 9449 §7.1). Once more after it: that takes a while, and whoever is put out
    // meanwhile has no connection yet that could be ended.
    const claims = first.cnf === undefined ? first : await afterProof(first, first.cnf.jkt)
    const { client_id: clientId, sub: subject, grant_id: grantId, role } = claims
    const asked = parseScopes(claims.scope)
    const device = asked.includes('device') && isDeviceId(clientId) ? clientId : undefined
    const scopes = asked.filter((wanted) => ceilingOf(claims, device !== undefined).includes(wanted))
    const expiresAt = instant(claims.exp * 1000)
    const boundTo = claims.cnf?.jkt
    const confirmedAt = claims.auth_time === undefined ? undefined : instant(claims.auth_time * 1000)
    const who = { credential: 'access_token', clientId, device, subject, role, scopes } as const
    return { ...who, grantId, expiresAt, boundTo, confirmedAt }
  },
})

/** A device is one thing, a person another and a program a third: none has the scopes of the others, whatever the token says. */
function ceilingOf(
  { client_id: clientId, sub: subject, role }: AccessTokenClaims,
  isDevice: boolean,
): readonly Scope[] {
  if (isDevice) return ['device']
  if (role !== undefined) return ROLE_CEILING[role]
  // Client credentials (RFC 9068 §2.2): nobody stands behind the program, so it manages nobody.
  return subject === clientId ? ROLE_CEILING.member : []
}

/** The last moment that ECMAScript can tell (ECMA-262 §21.4.1.1): an app password ends when it is revoked, not before. */
const NEVER = instant(8.64e15)

/** Admits app passwords as `find` knows them, and leaves everything else to `tokens`. */
export function admitAppPasswords(find: (text: string) => AppPasswordBearer | undefined, tokens: Admission): Admission {
  return {
    async admit(text, approach) {
      if (!text.startsWith(APP_PASSWORD_PREFIX)) return tokens.admit(text, approach)
      const bearer = find(text)
      // Which of the three nobody can tell: a revoked one leaves nothing behind.
      if (bearer === undefined) throw new AdmissionError('unknown_app_password', 'it is mistyped, guessed or revoked')
      const { id, accountId: subject, role, scopes } = bearer
      return {
        ...{ credential: 'app_password', clientId: id, grantId: id, device: undefined },
        ...{ subject, role, scopes, expiresAt: NEVER },
      }
    },
  }
}
