// From an access token to a principal: RFC 9068 §4, with our issuer, our audience and our one algorithm. And from an app password.
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type Clock, dateOf } from '#contract/clock.ts'
import { isDeviceId } from '#contract/ids.ts'
import { AUDIENCE, parseScopes, ROLE_CEILING, ROLES } from '#contract/scopes.ts'
import { instant } from '#contract/time.ts'
import { APP_PASSWORD_PREFIX, type AppPasswordBearer } from '../authorization/app-passwords.ts'
import type { Principal } from './principal.ts'

export type AdmissionErrorCode =
  | 'malformed'
  | 'too_large'
  | 'not_ours'
  | 'bad_signature'
  | 'token_expired'
  | 'revoked'
  | 'unknown_app_password'

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
  auth_time: v.optional(v.number()),
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
      const {
        client_id: clientId,
        sub: subject,
        scope,
        grant_id: grantId,
        role,
        exp,
        auth_time: authTime,
      } = read.output
      if (!isGrantAlive(grantId)) throw new AdmissionError('revoked', 'its grant was ended')
      const asked = parseScopes(scope)
      const device = asked.includes('device') && isDeviceId(clientId) ? clientId : undefined
      // A device is one thing and a person another: neither has the scopes of the other, whatever the token says.
      const allowed = device !== undefined ? (['device'] as const) : role === undefined ? [] : ROLE_CEILING[role]
      const scopes = asked.filter((wanted) => allowed.some((known) => known === wanted))
      const expiresAt = instant(exp * 1000)
      const confirmedAt = authTime === undefined ? undefined : instant(authTime * 1000)
      return { credential: 'access_token', clientId, device, subject, role, scopes, grantId, expiresAt, confirmedAt }
    },
  }
}

/** The last moment that ECMAScript can tell (ECMA-262 §21.4.1.1): an app password ends when it is revoked, not before. */
const NEVER = instant(8.64e15)

/** Admits app passwords as `find` knows them, and leaves everything else to `tokens`. */
export function admitAppPasswords(find: (text: string) => AppPasswordBearer | undefined, tokens: Admission): Admission {
  return {
    async admit(text) {
      if (!text.startsWith(APP_PASSWORD_PREFIX)) return tokens.admit(text)
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
