// A hub for a fleet, in a process of its own so that what it uses can be told from what the fleet uses. Started by own-hub.ts, ended by
// the end of the channel to it, whatever became of the other side; then nothing is left of it.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import * as v from 'valibot'
import { decodeJson } from '#contract/parse.ts'
import { millis } from '#contract/time.ts'
import { startHub } from '../../hub.ts'

const given = v.object({ folder: v.string(), log: v.string(), tokenLifetime: v.optional(v.number()) })

/** The fleet is stranger after stranger from one address: what bounds them in a home would be all that is measured. */
const EVERYBODY = { perAddress: Number.MAX_SAFE_INTEGER, unpaired: Number.MAX_SAFE_INTEGER }

const anyPort = { host: '127.0.0.1', port: 0 } as const

async function main(): Promise<void> {
  const { folder, log, tokenLifetime } = decodeJson(given, process.argv[2] ?? '', 'the order for a hub')
  // A terminal's Ctrl-C reaches this process too; it is wanted until the other one has asked what it used.
  process.on('SIGINT', () => {})
  const alone = new Promise<void>((resolve) => process.once('disconnect', () => resolve()))
  try {
    await using hub = await startHub({
      ...{ http: anyPort, mqtt: anyPort, mqtts: undefined, publicUrl: undefined, tls: { type: 'off' }, mdns: false },
      folder: join(folder, 'hub'),
      strangers: EVERYBODY,
      log: pino({ level: log }, pino.destination({ dest: 2, sync: true })),
      ...(tokenLifetime !== undefined && { accessTokenLifetime: millis(tokenLifetime) }),
    })
    process.send?.({ type: 'ready', url: hub.publicUrl.href, ownerLink: hub.ownerLink?.href })
    await alone
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
