// Proof of possession at the resource server (RFC 9449 §4.3, §7): whoever shows a bound token shows as well that they hold its key. MQTT
// has no standard for it; there the proof comes as the user name, made for the method CONNECT and the address of `/mqtt`.
import { hash } from 'node:crypto'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, errors, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type Clock, dateOf } from '#contract/clock.ts'
import { type Instant, instant, minutes, seconds } from '#contract/time.ts'
import { AdmissionError } from './access-token.ts'

export const PROOF_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA'] as const

/** How old a proof may be, and how far ahead its maker's clock: a phone's is right, a Pi's soon after it is online. */
const WINDOW = minutes(1)
const LONGEST_PROOF = 4096
/** Beyond, no proof is taken until some have grown old: one that is forgotten could be used again. */
const MOST_REMEMBERED = 20_000
/** Of one holder: sixteen a second, and the others have theirs whatever one does. */
export const MOST_OF_ONE = 2_000

export interface Shown {
  /** The DPoP header, or on MQTT the user name. */
  readonly proof: string | undefined
  readonly method: string
  /** Without query and fragment. */
  readonly url: string
  readonly token: string
}

export interface Proofs {
  /** Throws an `AdmissionError` unless `shown` proves the possession of the holder's key, now and once. */
  check(shown: Shown, holder: Holder): Promise<void>
}

/** Whose token it is. */
export interface Holder {
  /** Of the key (RFC 7638). */
  readonly thumbprint: string
  /** The same for all keys that one has: they cost nothing. */
  readonly name: string
}

const claims = v.object({
  jti: v.pipe(v.string(), v.maxLength(256)),
  htm: v.string(),
  htu: v.string(),
  ath: v.string(),
  iat: v.number(),
})

export function createProofs(clock: Clock): Proofs {
  // Oldest first: all are remembered equally long.
  const used = new Map<string, { readonly until: Instant; readonly by: string }>()
  const counts = new Map<string, number>()
  // What was used before the start nobody remembers. By both clocks: one that was ahead at the start and was put right must not refuse all
  // that comes until then.
  const [begunAt, begunUptime] = [clock.now(), clock.uptime()]
  /** To the second, as `iat` is. */
  const mayBeUsed = (iat: number): boolean => iat < Math.floor(begunAt / 1000) && clock.uptime() - begunUptime <= WINDOW
  const bad = (why: string) => new AdmissionError('bad_proof', why)

  const countOf = (by: string): number => counts.get(by) ?? 0
  const forgetOld = (now: Instant): void => {
    for (const [key, { until, by }] of used) {
      if (until > now) return
      used.delete(key)
      if (countOf(by) > 1) counts.set(by, countOf(by) - 1)
      else counts.delete(by)
    }
  }
  const rememberOnce = (jti: string, by: string): void => {
    const now = clock.now()
    forgetOld(now)
    if (used.has(jti)) throw bad('its proof was used before')
    if (used.size >= MOST_REMEMBERED || countOf(by) >= MOST_OF_ONE) throw bad('too many proofs came at once')
    used.set(jti, { until: instant(now + 2 * WINDOW + seconds(1)), by })
    counts.set(by, countOf(by) + 1)
  }

  return {
    async check({ proof, method, url, token }, { thumbprint, name }) {
      if (proof === undefined || proof === '') {
        throw new AdmissionError('proof_missing', 'it is bound to a key: a proof must come with it (RFC 9449)')
      }
      if (proof.length > LONGEST_PROOF) throw bad('its proof is longer than any')
      const now = clock.now()
      const verified = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...PROOF_ALGORITHMS],
        currentDate: dateOf(now),
      }).catch((error: unknown) => {
        throw bad(whyNot(error))
      })
      const { jwk } = decodeProtectedHeader(proof)
      const read = v.safeParse(claims, verified.payload)
      if (!read.success) throw bad(lacking(v.getDotPath(read.issues[0])))
      if (jwk === undefined) throw bad('its proof has no key in its header')
      const { jti, htm, htu, ath, iat } = read.output
      if ((await calculateJwkThumbprint(jwk)) !== thumbprint) throw bad('its proof is by another key')
      if (htm !== method || !sameUrl(htu, url)) throw bad('its proof is for another request: see its htm and htu')
      if (ath !== hash('sha256', token, 'base64url')) throw bad('its proof is for another token: see its ath')
      if (Math.abs(iat * 1000 - now) > WINDOW)
        throw bad('its proof is not of now: compare its iat with the Date of this answer')
      if (mayBeUsed(iat)) throw bad('its proof is from before the hub started, so make another')
      rememberOnce(`${thumbprint}/${hash('sha256', jti, 'base64url')}`, name)
    },
  }
}

const lacking = (claim: string | null): string => `its proof has no ${claim} as RFC 9449 section 4.2 wants it`

/** In words of ours: the library quotes. Its order is ours: a signature that holds comes before what is signed. */
function whyNot(error: unknown): string {
  if (error instanceof errors.JOSEAlgNotAllowed) return `its proof must be signed with ${PROOF_ALGORITHMS.join(' or ')}`
  if (error instanceof errors.JWTExpired) return 'its proof has expired: compare its exp with the Date of this answer'
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'its proof is not signed by the key in it'
  if (error.claim === 'typ') return 'its proof has another typ than dpop+jwt'
  if (error.claim === 'nbf') return 'its proof is not valid yet: compare its nbf with the Date of this answer'
  return lacking(error.claim)
}

/** As URLs and not as texts (RFC 9449 §4.3: "syntax-based normalization"). */
const sameUrl = (one: string, other: string): boolean => URL.canParse(one) && new URL(one).href === new URL(other).href
