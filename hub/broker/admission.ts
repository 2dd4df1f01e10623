// From an access token to a principal: RFC 9068 §4, with our issuer, our audience and our one algorithm.
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type Clock, dateOf } from '#contract/clock.ts'
import { isDeviceId } from '#contract/ids.ts'
import { AUDIENCE, parseScopes, ROLE_CEILING, ROLES } from '#contract/scopes.ts'
import { instant } from '#contract/time.ts'
import type { Principal } from './principal.ts'

export type AdmissionErrorCode = 'malformed' | 'too_large' | 'not_ours' | 'bad_signature' | 'token_expired' | 'revoked'

/** The token does not let anybody in. The message says why and holds nothing of the token. */
export class AdmissionError extends Error {
  override readonly name = 'AdmissionError'
  readonly code: AdmissionErrorCode

  constructor(code: AdmissionErrorCode, message: string) {
    super(`Cannot admit the bearer of this token: ${message}`)
    this.code = code
  }
}

export interface Admission {
  /** Throws an `AdmissionError`. */
  admit(token: string): Promise<Principal>
}

/** Ours have about 600 characters. What is longer is refused before anything is decoded. */
const LONGEST_TOKEN = 8 * 1024

const claims = v.object({
  client_id: v.string(),
  sub: v.string(),
  scope: v.string(),
  grant_id: v.string(),
  role: v.optional(v.picklist(ROLES)),
  exp: v.number(),
})

export function createAdmission(options: {
  readonly issuer: URL
  /** The public signing keys. */
  readonly keys: JSONWebKeySet
  readonly isGrantAlive: (grantId: string) => boolean
  readonly clock: Clock
}): Admission {
  const { issuer, isGrantAlive, clock } = options
  const keys = createLocalJWKSet(options.keys)

  const verify = async (token: string) => {
    try {
      return await jwtVerify(token, keys, {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: issuer.origin,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat'],
        currentDate: dateOf(clock.now()),
      })
    } catch (error) {
      throw refusalOf(error)
    }
  }

  return {
    async admit(token) {
      if (token.length > LONGEST_TOKEN) throw new AdmissionError('too_large', 'it is longer than any of ours')
      const { payload } = await verify(token)
      const read = v.safeParse(claims, payload)
      if (!read.success) throw new AdmissionError('malformed', 'a claim of RFC 9068 or ours is missing')
      const { client_id: clientId, sub: subject, scope, grant_id: grantId, role, exp } = read.output
      if (!isGrantAlive(grantId)) throw new AdmissionError('revoked', 'its grant was ended')
      const asked = parseScopes(scope)
      const device = asked.includes('device') && isDeviceId(clientId) ? clientId : undefined
      // A device is one thing and a person another: neither has the scopes of the other, whatever the token says.
      const allowed = device !== undefined ? (['device'] as const) : role === undefined ? [] : ROLE_CEILING[role]
      const scopes = asked.filter((wanted) => allowed.some((known) => known === wanted))
      return { clientId, device, subject, role, scopes, grantId, expiresAt: instant(exp * 1000) }
    },
  }
}

function refusalOf(error: unknown): AdmissionError {
  if (error instanceof errors.JWTExpired) return new AdmissionError('token_expired', 'it has expired')
  if (error instanceof errors.JWTClaimValidationFailed)
    return new AdmissionError('not_ours', `its ${error.claim} is not right`)
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new AdmissionError('bad_signature', 'its signature is wrong')
  if (error instanceof errors.JWKSNoMatchingKey)
    return new AdmissionError('bad_signature', 'none of our keys signed it')
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new AdmissionError('bad_signature', 'its algorithm is not allowed')
  return new AdmissionError('malformed', 'it is no JWT')
}
