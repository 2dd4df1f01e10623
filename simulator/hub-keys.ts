// The signing keys of a hub that is not running: it reads them when it starts. The first one signs, all of them are published.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** Puts a new signing key in front. With `keep` what the old ones signed stays good; otherwise every token is worthless. */
export async function rotateSigningKey(hubFolder: string, { keep }: { readonly keep: boolean }): Promise<void> {
  const file = join(hubFolder, 'keys.json')
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { keys: object[] }
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const made = { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) }
  writeFileSync(file, JSON.stringify({ ...kept, keys: [made, ...(keep ? kept.keys : [])] }), { mode: 0o600 })
}
