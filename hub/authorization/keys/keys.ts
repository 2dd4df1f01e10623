// The hub's signing keys and cookie secrets: made at first start, never replaced by accident, and by intention so that no client notices
// (key-ring.ts).
import { join } from 'node:path'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '#contract/clock.ts'
import { hours, type Instant, instant, type Millis } from '#contract/time.ts'
import {
  createCookieSecret,
  createSigningKey,
  type Kept,
  type KeyFile,
  publicHalf,
  readKeyFile,
  type SigningKey,
  secretOf,
  signsFromOf,
  toJwk,
  writeKeyFile,
} from './key-file.ts'
import { type KeyState, PUBLISHED_AHEAD, SIGNING_ALGORITHMS, stateOf } from './key-ring.ts'

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
  let kept = await readKeyFile(path, clock)
  let signing = signingOf(kept)
  let published = publishedOf(kept)
  let resolve = createLocalJWKSet(published)
  let turn: Promise<unknown> = Promise.resolve()

  function stateIn({ keys }: KeyFile, key: Kept): KeyState {
    return stateOf(dated(key), keys.map(dated), { now: clock.now(), tokenLifetime })
  }
  function inState(ring: KeyFile, ...states: readonly KeyState['state'][]): readonly Kept[] {
    return ring.keys.filter((key) => states.includes(stateIn(ring, key).state))
  }
  function signingOf(ring: KeyFile): Keys['signing'] {
    const keys = [...inState(ring, 'signing'), ...inState(ring, 'retiring', 'remembered')]
    return { keys: keys.map(toJwk), cookieSecrets: ring.cookieSecrets.map(secretOf) }
  }
  function publishedOf(ring: KeyFile): JSONWebKeySet {
    return { keys: inState(ring, 'waiting', 'signing', 'retiring').map(publicHalf) }
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
    await writeKeyFile(path, next)
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
        const waiting = kept.keys.map((key) => stateIn(kept, key)).find(({ state }) => state === 'waiting')
        if (waiting?.state === 'waiting') return { outcome: 'under_way', signsFrom: waiting.at }
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

const dated = ({ kid, alg, signsFrom = 0 }: Kept) => ({ kid, alg, signsFrom: instant(signsFrom) })

function partition<T>(all: readonly T[], isFirst: (each: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))]
}
