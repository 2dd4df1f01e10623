// The hub's signing key and cookie secret: made at first start, kept 0600, never replaced by accident.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'
import * as v from 'valibot'
import { readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'

export interface Keys {
  /** Private, for the authorization server. */
  readonly signing: { readonly keys: readonly SigningKey[] }
  /** Public, for whoever verifies. */
  readonly published: JSONWebKeySet
  readonly cookieSecrets: readonly string[]
}

const signingKey = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  alg: v.literal('ES256'),
  use: v.literal('sig'),
  kid: v.string(),
  x: v.string(),
  y: v.string(),
  d: v.string(),
})
type SigningKey = v.InferOutput<typeof signingKey>

const file = v.object({
  keys: v.pipe(v.array(signingKey), v.minLength(1)),
  cookieSecrets: v.pipe(v.array(v.string()), v.minLength(1)),
})

/** Reads `<folder>/keys.json` or makes it. A damaged file is an error: new keys would lock every device out. */
export async function openKeys(folder: string): Promise<Keys> {
  const path = join(folder, 'keys.json')
  const text = await readWhole(path)
  if (text === undefined) {
    const made = { keys: [await createSigningKey()], cookieSecrets: [randomBytes(32).toString('base64url')] }
    await writeWhole(path, JSON.stringify(made, null, 2))
    return toKeys(made)
  }
  return toKeys(
    decodeJson(file, text, `${path} (restore it from a backup; without it every device must be paired again)`),
  )
}

function toKeys({ keys, cookieSecrets }: v.InferOutput<typeof file>): Keys {
  const published = keys.map(({ d: _, ...publicHalf }): JWK => publicHalf)
  return { signing: { keys }, published: { keys: published }, cookieSecrets }
}

async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return v.parse(signingKey, { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) })
}
