// The keys of another server as they change: looked up again at a pace, and when a token names one that is not known. While the server is
// away its last known keys go on being believed for a day.
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { hours, type Instant, instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { AdmissionError } from '../authorization/access-token.ts'
import type { Database } from '../store/database.ts'
import type { GetDocument } from './http.ts'
import { getMetadata, type Metadata, OtherIssuer } from './metadata.ts'

/** A key that was withdrawn is believed for this long at most while the server answers. */
const REFRESH_AFTER = minutes(5)
const METADATA_LASTS = hours(1)
/** How long the last known keys are believed while it does not. */
export const BELIEVED_FOR = hours(24)
/** Between two looks for a key that is not known; each that brings nothing new doubles it, and two minutes of quiet end that. */
const SHORTEST_PAUSE = seconds(5)
const LONGEST_PAUSE = minutes(1)

const keySet = v.object({ keys: v.pipe(v.array(v.looseObject({ kty: v.string() })), v.maxLength(200)) })
const ASYMMETRIC = ['EC', 'RSA', 'OKP']

export interface IssuerKeys {
  /** For jose. Throws an `AdmissionError`. */
  readonly resolve: JWTVerifyGetKey
  /** Undefined until it was read. */
  readonly metadata: Metadata | undefined
  /** Looks for the keys now. The first time it rejects with `OtherIssuer`; all else that goes wrong is logged. */
  look(): Promise<void>
  /** The same where the last look was a while ago; never rejects. */
  sweep(): Promise<void>
}

interface Known {
  readonly set: JSONWebKeySet
  readonly find: JWTVerifyGetKey
  /** When the server said so last. */
  readonly at: Instant
}

export function followKeys(options: {
  readonly issuer: string
  readonly get: GetDocument
  /** The last known keys survive a restart: after a power cut the hub is there before the line is. */
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
}): IssuerKeys {
  const { issuer, get, clock, log } = options
  const store = createStore(options.database, issuer)
  let known = store.read()
  let metadata: { readonly read: Metadata; readonly at: Millis } | undefined
  let lastLook: Millis | undefined
  let lastSought: Millis | undefined
  let pause: Millis = SHORTEST_PAUSE
  let underWay: Promise<void> | undefined
  let isAway = false

  const believed = (): Known | undefined =>
    known !== undefined && clock.now() - known.at < BELIEVED_FOR ? known : undefined

  const fetchKeys = async (): Promise<JSONWebKeySet> => {
    if (metadata === undefined || clock.uptime() - metadata.at > METADATA_LASTS) {
      metadata = { read: await getMetadata(issuer, get), at: clock.uptime() }
    }
    const text = await get(metadata.read.keys)
    if (text === undefined) throw new Error(`${metadata.read.keys.href}: it answers with 404`)
    return readKeySet(text, `the keys of ${issuer}`)
  }

  const lookOnce = async (): Promise<void> => {
    const isFirst = lastLook === undefined
    lastLook = clock.uptime()
    try {
      const set = await fetchKeys()
      const isNews = JSON.stringify(set) !== JSON.stringify(known?.set)
      if (known !== undefined && isNews) log.info({ issuer, keys: set.keys.length }, 'the issuer has changed its keys')
      if (isNews) pause = SHORTEST_PAUSE
      known = { set, find: createLocalJWKSet(set), at: clock.now() }
      store.write(known)
      if (isAway) log.info({ issuer }, 'the issuer answers again')
      isAway = false
    } catch (error) {
      if (isFirst && error instanceof OtherIssuer) throw error
      // It may have moved its keys.
      metadata = undefined
      const because = error instanceof Error ? error.message : String(error)
      if (!isAway && believed() !== undefined) {
        log.warn({ issuer, because }, 'the issuer does not answer: its last known keys are believed for a day')
      } else if (!isAway) log.warn({ issuer, because }, 'the issuer does not answer: nobody can be let in')
      isAway = true
    }
  }
  const look = (): Promise<void> => {
    underWay ??= lookOnce().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const lookQuietly = () => look().catch(() => {})
  const hasPassed = (length: number, since: Millis | undefined) =>
    since === undefined || clock.uptime() - since >= length

  /** Waits for an answer only where one is likely: a server that is away keeps nobody at the door. */
  const lookForKey = async (): Promise<void> => {
    if (underWay === undefined) {
      if (!hasPassed(isAway ? SHORTEST_PAUSE : pause, lastSought)) return
      if (hasPassed(2 * LONGEST_PAUSE, lastSought)) pause = SHORTEST_PAUSE
      else pause = millis(Math.min(LONGEST_PAUSE, pause * 2))
      lastSought = clock.uptime()
    }
    const looking = lookQuietly()
    if (!isAway) await looking
  }

  return {
    get metadata() {
      return metadata?.read
    },
    async resolve(header, token) {
      const first = await findIn(believed(), header, token)
      if (first !== undefined) return first
      await lookForKey()
      const keys = believed()
      if (keys === undefined) throw new AdmissionError('issuer_away', 'its issuer does not answer')
      const second = await findIn(keys, header, token)
      if (second === undefined) throw new AdmissionError('bad_signature', 'no key of its issuer signed it')
      return second
    },
    look,
    async sweep() {
      if (hasPassed(isAway ? SHORTEST_PAUSE : REFRESH_AFTER, lastLook)) await lookQuietly()
    },
  }
}

/** Undefined where none of them fits. */
async function findIn(known: Known | undefined, ...asked: Parameters<JWTVerifyGetKey>) {
  try {
    return await known?.find(...asked)
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined
    throw error
  }
}

/** Public keys of key pairs and nothing else. Throws where there are none: that is a broken server, not one without tokens. */
function readKeySet(text: string, at: string): JSONWebKeySet {
  const { keys } = decodeJson(keySet, text, at)
  const usable = keys.filter((key) => ASYMMETRIC.includes(key.kty) && !('d' in key))
  if (usable.length === 0) throw new ParseError(`Cannot read ${at} as there must be a public one: got none`)
  return { keys: usable as JSONWebKeySet['keys'] }
}

const KEY = 'issuer_keys'
const kept = v.object({ issuer: v.string(), keys: v.string(), at: v.number() })

function createStore(database: Database, issuer: string) {
  const select = database.prepare('SELECT value FROM meta WHERE key=?')
  const upsert = database.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value',
  )
  let written: Known | undefined
  return {
    read(): Known | undefined {
      const found = select.get(KEY)
      if (found === undefined) return undefined
      const { keys, at, ...rest } = decodeJson(kept, String(found.value), KEY)
      if (rest.issuer !== issuer) return undefined
      const set = readKeySet(keys, KEY)
      written = { set, find: createLocalJWKSet(set), at: instant(at) }
      return written
    },
    /** An hour more or less is no reason to wear out a card. */
    write(known: Known): void {
      const isOld = written === undefined || known.at - written.at > hours(1)
      if (!isOld && JSON.stringify(written?.set) === JSON.stringify(known.set)) return
      upsert.run(KEY, JSON.stringify({ issuer, keys: JSON.stringify(known.set), at: known.at }))
      written = known
    },
  }
}
