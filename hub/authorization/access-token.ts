// Reading an access token of our own: RFC 9068 §4, with our issuer, our audience and our algorithms.
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type Clock, dateOf } from '#contract/clock.ts'
import { AUDIENCE, ROLES } from '#contract/scopes.ts'
import { SIGNING_ALGORITHMS } from './keys/key-ring.ts'

export type AdmissionErrorCode =
  | 'malformed'
  | 'too_large'
  | 'not_ours'
  | 'bad_signature'
  | 'token_expired'
  | 'revoked'
  | 'proof_missing'
  | 'bad_proof'
  | 'unknown_app_password'
  | 'issuer_away'

/** The token does not let anybody in. The message says why and holds nothing of the token. */
export class AdmissionError extends Error {
  override readonly name = 'AdmissionError'
  readonly code: AdmissionErrorCode

  constructor(code: AdmissionErrorCode, message: string) {
    super(`Cannot admit the bearer of this token: ${message}`)
    this.code = code
  }
}

/** Ours have about 600 characters. What is longer is refused before anything is decoded. */
export const LONGEST_TOKEN = 8 * 1024

const claims = v.object({
  iss: v.string(),
  aud: v.string(),
  sub: v.string(),
  client_id: v.string(),
  jti: v.optional(v.string()),
  iat: v.number(),
  exp: v.number(),
  scope: v.optional(v.string(), ''),
  /** What ends it: the grant, or for a program's own token the program. */
  grant_id: v.string(),
  /** A person's. */
  role: v.optional(v.picklist(ROLES)),
  /** When the person last proved who they are, in seconds. */
  auth_time: v.optional(v.number()),
  /** Bound to a key (RFC 9449 §6.1). */
  cnf: v.optional(v.object({ jkt: v.string() })),
})
export type AccessTokenClaims = v.InferOutput<typeof claims>

export interface Verifier {
  /** Throws an `AdmissionError`. */
  verify(token: string): Promise<AccessTokenClaims>
}

export function createVerifier(options: {
  readonly issuer: URL
  /** The public signing keys, as they are at that moment: they change. */
  readonly keys: JWTVerifyGetKey
  readonly isGrantAlive: (grantId: string) => boolean
  readonly clock: Clock
}): Verifier {
  const { issuer, keys, isGrantAlive, clock } = options

  return {
    async verify(token) {
      if (token.length > LONGEST_TOKEN) throw new AdmissionError('too_large', 'it is longer than any of ours')
      const verified = await jwtVerify(token, keys, {
        algorithms: [...SIGNING_ALGORITHMS],
        typ: 'at+jwt',
        issuer: issuer.origin,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat'],
        currentDate: dateOf(clock.now()),
      }).catch((error: unknown) => {
        throw refusalOf(error)
      })
      const read = v.safeParse(claims, verified.payload)
      if (!read.success) throw new AdmissionError('malformed', 'a claim of RFC 9068 or ours is missing')
      if (!isGrantAlive(read.output.grant_id)) throw new AdmissionError('revoked', 'its grant was ended')
      return read.output
    },
  }
}

/** What jose has against a token. */
export function refusalOf(error: unknown): AdmissionError {
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
