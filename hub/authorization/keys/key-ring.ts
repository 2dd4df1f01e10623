// Which key signs, and which are still believed. Pure: a ring of keys and a time in, who does what out. Everything follows from one
// fact of each key, when it begins to sign; so a rotation goes on by itself, over restarts too.
import { hours, type Instant, instant, type Millis, millis, minutes } from '#contract/time.ts'

/** RFC 9068 §2.1: RS256 is supported by whoever issues access tokens, and by whoever takes them. Ours are signed with ES256. */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256'] as const

/** What `/oauth/jwks` allows caches: after this nobody who keeps to it believes in an older set. */
export const JWKS_MAX_AGE = minutes(5)

/**
 * A new key is published this long before it signs. Twice: a relying party may have its copy from a cache that had it for as long, and
 * many look again at a pace of their own and not when they meet a key they do not know.
 */
export const PUBLISHED_AHEAD = millis(2 * JWKS_MAX_AGE)

/** On top of the longest token: the change is made at a sweep, and clocks differ. */
const MARGIN = hours(1)

/** As an `id_token_hint` an ID token is of use long after it has expired (RP-Initiated Logout 1.0 §2): as long as a session. */
const REMEMBERED = hours(24 * 30)

export interface Dated {
  readonly kid: string
  readonly alg: string
  /** When it takes over from the one before. */
  readonly signsFrom: Instant
}

export type KeyState =
  /** Published, and signs from `at`. */
  | { readonly state: 'waiting'; readonly at: Instant }
  | { readonly state: 'signing' }
  /** Signs no more; published until `at`, when the last it signed has expired. */
  | { readonly state: 'retiring'; readonly at: Instant }
  /** Believed in hints of who wants to sign out only, until `at`. */
  | { readonly state: 'remembered'; readonly at: Instant }
  | { readonly state: 'over' }

/** `tokenLifetime` is the longest of what these keys sign. */
export function stateOf(key: Dated, ring: readonly Dated[], { now, tokenLifetime }: Times): KeyState {
  const same = ring.filter(({ alg }) => alg === key.alg).sort((a, b) => a.signsFrom - b.signsFrom)
  // A clock that was never set is before them all: then the oldest signs, which everybody knows.
  const signing = same.findLast(({ signsFrom }) => signsFrom <= now) ?? same[0]
  if (signing?.kid === key.kid) return { state: 'signing' }
  if (signing === undefined || key.signsFrom > signing.signsFrom) return { state: 'waiting', at: key.signsFrom }
  const successor = same.find(({ signsFrom }) => signsFrom > key.signsFrom) ?? signing
  const publishedUntil = instant(successor.signsFrom + tokenLifetime + MARGIN)
  if (now < publishedUntil) return { state: 'retiring', at: publishedUntil }
  const rememberedUntil = instant(successor.signsFrom + REMEMBERED)
  return now < rememberedUntil ? { state: 'remembered', at: rememberedUntil } : { state: 'over' }
}

export interface Times {
  readonly now: Instant
  readonly tokenLifetime: Millis
}
