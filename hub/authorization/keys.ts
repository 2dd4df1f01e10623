// The hub's signing keys and cookie secrets: made at first start, kept 0600, never replaced by accident, and by intention so that no
// client notices (key-ring.ts).
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import { hours, type Instant, instant, type Millis } from '#contract/time.ts'
import { type KeyState, PUBLISHED_AHEAD, stateOf } from './key-ring.ts'

/** RFC 9068 §2.1: RS256 is supported by whoever issues access tokens, and by whoever takes them. Ours are signed with ES256. */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256'] as const

const common = {
  use: v.literal('sig'),
  kid: v.string(),
  d: v.string(),
  /** Absent in the files of earlier versions: since ever. */
  signsFrom: v.exactOptional(v.number()),
}
const signingKey = v.variant('kty', [
  v.object({
    ...{ kty: v.literal('EC'), crv: v.literal('P-256'), alg: v.literal('ES256') },
    ...{ x: v.string(), y: v.string(), ...common },
  }),
  v.object({
    ...{ kty: v.literal('RSA'), alg: v.literal('RS256'), n: v.string(), e: v.string() },
    ...{ p: v.string(), q: v.string(), dp: v.string(), dq: v.string(), qi: v.string(), ...common },
  }),
])
type Kept = v.InferOutput<typeof signingKey>
type SigningKey = JWK & Pick<Kept, 'kid' | 'alg'>

/** A bare string in the files of earlier versions. */
const cookieSecret = v.union([v.string(), v.object({ secret: v.string(), signsFrom: v.number() })])
type CookieSecret = v.InferOutput<typeof cookieSecret>

const file = v.object({
  keys: v.pipe(v.array(signingKey), v.minLength(1)),
  /** The newest first. */
  cookieSecrets: v.pipe(v.array(cookieSecret), v.minLength(1)),
})
type KeyFile = v.InferOutput<typeof file>

/** As long as the longest cookie that one of them signed. */
const COOKIE_LIFETIME = hours(24 * 31)

export interface KeyFacts {
  readonly kid: string
  readonly alg: string
  readonly state: KeyState
}

export type Rotation =
  /** New keys are published, and sign from then on. */
  | { readonly outcome: 'begun'; readonly signsFrom: Instant }
  /** Those of the last rotation have not begun to sign. */
  | { readonly outcome: 'under_way'; readonly signsFrom: Instant }

export interface Keys {
  /**
   * Private, for the authorization server, which signs with the first of each algorithm. Another object when a server that was made
   * with it must be made anew.
   */
  readonly signing: { readonly keys: readonly SigningKey[]; readonly cookieSecrets: readonly string[] }
  /** Public, for whoever verifies. */
  readonly published: JSONWebKeySet
  /** The same, for jose. */
  readonly resolve: JWTVerifyGetKey
  /** Newest first. */
  list(): readonly KeyFacts[]
  /** Begins to replace every key and the cookie secret, with an overlap. */
  rotate(): Promise<Rotation>
  /** Drops keys that somebody else may have, at once, and all cookie secrets, which lay beside them. False when one is unknown. */
  retire(kids: readonly string[]): Promise<boolean>
  /** Follows the time: begins to sign with what waited, and drops what is over. Call it every minute. */
  sweep(): Promise<void>
}

/** Reads `<folder>/keys.json` or makes it. A damaged file is an error: new keys would lock every device out. */
export async function openKeys(folder: string, options: KeyOptions): Promise<Keys> {
  const { clock, tokenLifetime } = options
  const path = join(folder, 'keys.json')
  let kept = await readOrMake(path, clock)
  let signing = signingOf(kept)
  let published = publishedOf(kept)
  let resolve = createLocalJWKSet(published)
  let turn: Promise<unknown> = Promise.resolve()

  function stateIn({ keys }: KeyFile, key: Kept): KeyState {
    return stateOf(dated(key), keys.map(dated), { now: clock.now(), tokenLifetime })
  }
  function signingOf(ring: KeyFile): Keys['signing'] {
    const known = ring.keys.filter((key) => stateIn(ring, key).state !== 'waiting')
    const [first, rest] = partition(known, (key) => stateIn(ring, key).state === 'signing')
    return { keys: [...first, ...rest].map(toJwk), cookieSecrets: ring.cookieSecrets.map(secretOf) }
  }
  function publishedOf(ring: KeyFile): JSONWebKeySet {
    const believed = ring.keys.filter((key) => stateIn(ring, key).state !== 'remembered')
    return { keys: believed.map(publicHalf) }
  }
  /** What is seen of the ring now; the same objects where nothing has changed. */
  const look = (): void => {
    const [nextSigning, nextPublished] = [signingOf(kept), publishedOf(kept)]
    if (JSON.stringify(nextSigning) !== JSON.stringify(signing)) signing = nextSigning
    if (JSON.stringify(nextPublished) === JSON.stringify(published)) return
    published = nextPublished
    resolve = createLocalJWKSet(published)
  }
  /** On disk first: what was published once must not be forgotten by a crash. */
  const keep = async (next: KeyFile): Promise<void> => {
    await writeWhole(path, JSON.stringify(next, null, 2))
    kept = next
    look()
  }
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  return {
    get signing() {
      return signing
    },
    get published() {
      return published
    },
    resolve: (header, token) => resolve(header, token),
    list: () => [...kept.keys].reverse().map((key) => ({ kid: key.kid, alg: key.alg, state: stateIn(kept, key) })),
    rotate: () =>
      inTurn(async () => {
        for (const key of kept.keys) {
          const { state, ...rest } = stateIn(kept, key)
          if (state === 'waiting' && 'at' in rest) return { outcome: 'under_way', signsFrom: rest.at }
        }
        const signsFrom = instant(clock.now() + PUBLISHED_AHEAD)
        const made = await Promise.all(SIGNING_ALGORITHMS.map((alg) => createSigningKey(alg, signsFrom)))
        await keep({
          keys: [...kept.keys, ...made],
          cookieSecrets: [createCookieSecret(clock.now()), ...kept.cookieSecrets],
        })
        return { outcome: 'begun', signsFrom }
      }),
    retire: (kids) =>
      inTurn(async () => {
        if (kids.some((kid) => !kept.keys.some((key) => key.kid === kid))) return false
        const [gone, left] = partition(kept.keys, ({ kid }) => kids.includes(kid))
        const taking = await Promise.all(
          gone
            .filter((key) => stateIn(kept, key).state === 'signing')
            .map(async ({ alg, signsFrom = 0 }) => {
              // One that is published already is known to more.
              const waiting = left.find((key) => key.alg === alg && stateIn(kept, key).state === 'waiting')
              // In the place of the one that goes: what came before it has been over for as long as it was.
              return { ...(waiting ?? (await createSigningKey(alg, clock.now()))), signsFrom }
            }),
        )
        const others = left.filter(({ kid }) => !taking.some((key) => key.kid === kid))
        await keep({
          keys: [...others, ...taking].sort((a, b) => (a.signsFrom ?? 0) - (b.signsFrom ?? 0)),
          cookieSecrets: [createCookieSecret(clock.now())],
        })
        return true
      }),
    sweep: () =>
      inTurn(async () => {
        look()
        const now = clock.now()
        const keys = kept.keys.filter((key) => stateIn(kept, key).state !== 'over')
        const cookieSecrets = kept.cookieSecrets.filter((_, index, all) => {
          const successor = all[index - 1]
          return successor === undefined || now < signsFromOf(successor) + COOKIE_LIFETIME
        })
        const isSame = keys.length === kept.keys.length && cookieSecrets.length === kept.cookieSecrets.length
        if (!isSame) await keep({ keys, cookieSecrets })
      }),
  }
}

export interface KeyOptions {
  readonly clock: Clock
  /** The longest of what is signed. */
  readonly tokenLifetime: Millis
}

async function readOrMake(path: string, clock: Clock): Promise<KeyFile> {
  const text = await readWhole(path)
  const found =
    text === undefined
      ? { keys: [], cookieSecrets: [createCookieSecret(clock.now())] }
      : decodeJson(file, text, `${path} (restore it from a backup; without it every device must be paired again)`)
  const missing = SIGNING_ALGORITHMS.filter((wanted) => !found.keys.some(({ alg }) => alg === wanted))
  if (missing.length === 0) return found
  const made = await Promise.all(missing.map((alg) => createSigningKey(alg, clock.now())))
  const whole = { ...found, keys: [...found.keys, ...made] }
  await writeWhole(path, JSON.stringify(whole, null, 2))
  return whole
}

async function createSigningKey(alg: Kept['alg'], signsFrom: Instant): Promise<Kept> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return v.parse(signingKey, { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk), signsFrom })
}

const createCookieSecret = (signsFrom: Instant): CookieSecret => ({
  secret: randomBytes(32).toString('base64url'),
  signsFrom,
})

const secretOf = (kept: CookieSecret): string => (typeof kept === 'string' ? kept : kept.secret)
const signsFromOf = (kept: CookieSecret): number => (typeof kept === 'string' ? 0 : kept.signsFrom)
const dated = ({ kid, alg, signsFrom = 0 }: Kept) => ({ kid, alg, signsFrom: instant(signsFrom) })
const toJwk = ({ signsFrom: _, ...jwk }: Kept): SigningKey => jwk

function publicHalf(key: Kept): JWK {
  const { kty, alg, use, kid } = key
  return key.kty === 'EC'
    ? { kty, alg, use, kid, crv: key.crv, x: key.x, y: key.y }
    : { kty, alg, use, kid, n: key.n, e: key.e }
}

function partition<T>(all: readonly T[], isFirst: (each: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))]
}
