// In the machine, opens the sealed credentials of an agent that has ended, and signs with its key as it would: `signer <folder>`.
import { webcrypto } from 'node:crypto'
import pino from 'pino'
import { systemClock } from '#contract/clock.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { importSigningKey, publicHalf } from '../../../device/oauth/client-key.ts'

const [folder = ''] = process.argv.slice(2)
const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
const { current, sequence } = await openCredentials({
  folder,
  credentialsDirectory: undefined,
  clock: systemClock,
  log,
})
const key = publicHalf(current.key)

const ES256 = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } as const
const text = Buffer.from('it is me')
const signature = await webcrypto.subtle.sign(ES256, await importSigningKey(current.key), text)
const verifies = await webcrypto.subtle.importKey('jwk', key, ES256, false, ['verify'])
const verified = await webcrypto.subtle.verify(ES256, verifies, signature, text)
process.stdout.write(`${JSON.stringify({ arch: process.arch, sequence, key: key.x, verified })}\n`)
