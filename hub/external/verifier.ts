// Reading an access token of another server: its issuer, its keys, the audience that was agreed on, and no algorithm with a shared secret.
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { type Clock, dateOf } from '#contract/clock.ts'
import { AdmissionError, LONGEST_TOKEN, refusalOf, type Verifier } from '../authorization/access-token.ts'
import { translateClaims } from './claims.ts'
import type { ExternalConfig } from './config.ts'

const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']
/** How far the server's clock may be ahead of ours. */
const TOLERANCE_SECONDS = 10
/** Where a token need not say that it is one for access: what any JWT calls itself, and nothing that is something else. */
const PLAIN_TYPES = [undefined, 'jwt', 'at+jwt']

export function createExternalVerifier(options: {
  readonly config: ExternalConfig
  readonly keys: JWTVerifyGetKey
  readonly clock: Clock
}): Verifier {
  const { config, keys, clock } = options
  const { issuer, audience, map } = config

  return {
    async verify(token) {
      if (token.length > LONGEST_TOKEN) throw new AdmissionError('too_large', 'it is longer than any')
      // Before anybody is asked for keys: what does not even claim to be theirs costs them nothing.
      if (issuerOf(token) !== issuer) throw new AdmissionError('not_ours', 'its iss is not right')
      const { payload } = await jwtVerify(token, keys, {
        ...{ algorithms: ALGORITHMS, issuer, audience, requiredClaims: ['exp', 'sub'] },
        ...(map.typ === 'at+jwt' && { typ: 'at+jwt' }),
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: dateOf(clock.now()),
      }).catch((error: unknown) => {
        throw error instanceof AdmissionError ? error : refusalOf(error)
      })
      // The tolerance is for what begins: connections end at `exp`.
      if (Number(payload.exp) * 1000 <= clock.now()) throw new AdmissionError('token_expired', 'it has expired')
      if (map.typ === 'any') refuseOthers(token, payload)
      return translateClaims(payload, config)
    },
  }
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss
  } catch {
    throw new AdmissionError('malformed', 'it is no JWT')
  }
}

/** ID, logout and refresh tokens are signed by the same keys (RFC 8725 §3.12), and without a `typ` only their claims tell them apart. */
function refuseOthers(token: string, payload: JWTPayload): void {
  const { typ } = decodeProtectedHeader(token)
  const isPlain = PLAIN_TYPES.includes(typ?.toLowerCase().replace(/^application\//, ''))
  // Keycloak says it in a claim.
  const isAccess =
    payload.typ === undefined
      ? !['at_hash', 'c_hash', 'nonce', 'events'].some((claim) => claim in payload)
      : payload.typ === 'Bearer' || payload.typ === 'DPoP'
  if (!isPlain || !isAccess) throw new AdmissionError('not_ours', 'it is no access token')
}
