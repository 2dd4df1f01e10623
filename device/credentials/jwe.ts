// JWE compact serialization (RFC 7516 §7.1) under a key both sides have: `dir` with A256GCM (RFC 7518 §4.5, §5.3). By node:crypto and
// not by jose, which costs a device more memory than these lines.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { decodeJson, ParseError } from '#contract/parse.ts'

const sealedHeader = v.object({
  alg: v.literal('dir'),
  enc: v.literal('A256GCM'),
  /** Which key opens it. */
  kid: v.string(),
  /** Rises with each save. */
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Of what is inside. */
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})
export type SealedHeader = v.InferOutput<typeof sealedHeader>

const CIPHER = 'aes-256-gcm'
/** "A 96-bit IV MUST be used", "The requested size of the Authentication Tag output MUST be 128 bits", RFC 7518 §5.3. */
const IV_BYTES = 12
const TAG_BYTES = 16

/** The protected header is the additional authenticated data: who changes key, sequence or version changes what opens. */
export function seal(text: string, key: Uint8Array, facts: Omit<SealedHeader, 'alg' | 'enc'>): string {
  const header = base64url(Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', ...facts })))
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(header, 'ascii'))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [header, '', base64url(iv), base64url(sealed), base64url(cipher.getAuthTag())].join('.')
}

/** What the header claims; nothing of it is known to be true before `unseal`. Throws a `ParseError` that repeats nothing. */
export function readSealedHeader(jwe: string, at: string): SealedHeader {
  const [header = ''] = jwe.split('.', 1)
  return decodeJson(sealedHeader, bytesOf(header, at).toString(), at)
}

/** The text that was sealed. Throws a `ParseError` where the key is another or a bit is. */
export function unseal(jwe: string, key: Uint8Array, at: string): string {
  const [header = '', encryptedKey, ...rest] = jwe.split('.')
  const [iv, sealed, tag] = rest.map((part) => bytesOf(part, at))
  const wellFormed = rest.length === 3 && encryptedKey === '' && iv?.length === IV_BYTES && tag?.length === TAG_BYTES
  if (!wellFormed || sealed === undefined)
    throw new ParseError(`Cannot open ${at} as it must be a JWE: got something else`)
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(header, 'ascii')).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString()
  } catch {
    throw new ParseError(`Cannot open ${at} as it must be what was sealed by this key: got something else`)
  }
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url')

/** Node skips what is not base64url; here every character counts. */
function bytesOf(part: string, at: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (base64url(bytes) !== part) throw new ParseError(`Cannot open ${at} as it must be base64url: got something else`)
  return bytes
}
