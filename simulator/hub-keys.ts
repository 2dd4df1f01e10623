// The signing keys of a hub that is not running: it reads them when it starts. The newest signs, all of them are published.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** Adds a signing key that begins to sign at once. With `keep` what the old ones signed stays good; otherwise every token is worthless. */
export async function rotateSigningKey(hubFolder: string, { keep }: { readonly keep: boolean }): Promise<void> {
  const file = join(hubFolder, 'keys.json')
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { keys: { signsFrom?: number }[] }
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const signsFrom = 1 + Math.max(0, ...kept.keys.map((key) => key.signsFrom ?? 0))
  const made = { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk), signsFrom }
  writeFileSync(file, JSON.stringify({ ...kept, keys: [...(keep ? kept.keys : []), made] }), { mode: 0o600 })
}
