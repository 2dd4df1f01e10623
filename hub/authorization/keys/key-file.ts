// Where the keys are kept: `<folder>/keys.json`, mode 0600.
import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import type { Instant } from '#contract/time.ts'
import { SIGNING_ALGORITHMS } from './key-ring.ts'

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
/** A private key, and since when it signs. */
export type Kept = v.InferOutput<typeof signingKey>
/** The same as JOSE knows it. */
export type SigningKey = JWK & Pick<Kept, 'kid' | 'alg'>

/** A bare string in the files of earlier versions. */
const cookieSecret = v.union([v.string(), v.object({ secret: v.string(), signsFrom: v.number() })])
export type CookieSecret = v.InferOutput<typeof cookieSecret>

const file = v.object({
  keys: v.pipe(v.array(signingKey), v.minLength(1)),
  /** The newest first. */
  cookieSecrets: v.pipe(v.array(cookieSecret), v.minLength(1)),
})
export type KeyFile = v.InferOutput<typeof file>

/** Reads the file or makes it, and adds what a file of an earlier version lacks. A damaged one is an error. */
export async function readKeyFile(path: string, clock: Clock): Promise<KeyFile> {
  const text = await readWhole(path)
  const found =
    text === undefined
      ? { keys: [], cookieSecrets: [createCookieSecret(clock.now())] }
      : decodeJson(file, text, `${path} (restore it from a backup; without it every device must be paired again)`)
  const missing = SIGNING_ALGORITHMS.filter((wanted) => !found.keys.some(({ alg }) => alg === wanted))
  if (missing.length === 0) return found
  const made = await Promise.all(missing.map((alg) => createSigningKey(alg, clock.now())))
  const whole = { ...found, keys: [...found.keys, ...made] }
  await writeKeyFile(path, whole)
  return whole
}

export const writeKeyFile = (path: string, content: KeyFile): Promise<void> =>
  writeWhole(path, JSON.stringify(content, null, 2))

export async function createSigningKey(alg: Kept['alg'], signsFrom: Instant): Promise<Kept> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return v.parse(signingKey, { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk), signsFrom })
}

export const createCookieSecret = (signsFrom: Instant): CookieSecret => ({
  secret: randomBytes(32).toString('base64url'),
  signsFrom,
})

export const secretOf = (kept: CookieSecret): string => (typeof kept === 'string' ? kept : kept.secret)
export const signsFromOf = (kept: CookieSecret): number => (typeof kept === 'string' ? 0 : kept.signsFrom)
export const toJwk = ({ signsFrom: _, ...jwk }: Kept): SigningKey => jwk

export function publicHalf(key: Kept): JWK {
  const { kty, alg, use, kid } = key
  return key.kty === 'EC'
    ? { kty, alg, use, kid, crv: key.crv, x: key.x, y: key.y }
    : { kty, alg, use, kid, n: key.n, e: key.e }
}
