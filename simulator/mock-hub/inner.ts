// The real hub, behind doors that stay open while it is stopped and started again with other settings.
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Millis, millis } from '#contract/time.ts'
import { type Hub, type HubOptions, SHORT_LIVED, startHub } from '../hub.ts'
import { rotateSigningKey } from '../hub-keys.ts'

const LOOPBACK = '127.0.0.1'
/** A suite of tests registers more devices in ten minutes than a household does. */
const STRANGERS = { perAddress: 100_000, unpaired: 10_000 }

export interface Inner extends AsyncDisposable {
  /** The hub that runs; waits for it while it is being started again. */
  hub(): Promise<Hub>
  /** From now on access tokens live this long. What was issued before keeps its life. */
  issueTokens(lifetime: Millis): Promise<void>
  rotateKeys(options: { readonly keep: boolean }): Promise<void>
}

export interface InnerOptions extends Pick<HubOptions, 'meddle' | 'observe'> {
  readonly folder: string
  /** The address of the door: the issuer. */
  readonly publicUrl: URL
  readonly log: Logger
  readonly pollInterval: Millis
  readonly tokens: Millis | undefined
}

export async function startInner(options: InnerOptions): Promise<Inner> {
  const { publicUrl, log, pollInterval, meddle, observe } = options
  const folder = join(options.folder, 'hub')
  let { tokens } = options
  const start = () =>
    startHub({
      ...{ ...SHORT_LIVED, folder, publicUrl, log, pollInterval, strangers: STRANGERS },
      ...{ http: { host: LOOPBACK, port: 0 }, mqtt: undefined, mqtts: undefined, tls: { type: 'off' } },
      ...(meddle && { meddle }),
      ...(observe && { observe }),
      ...(tokens !== undefined && { accessTokenLifetime: tokens }),
    })
  let running = Promise.resolve(await start())
  let stopped = false

  /** One after the other: `change` finds no hub running. */
  const restart = async (change: () => void | Promise<void>): Promise<void> => {
    const before = running
    const next = async (): Promise<Hub> => {
      const hub = await before
      if (stopped) throw new Error('Cannot change the hub as it must be running: it was stopped')
      await hub[Symbol.asyncDispose]()
      await change()
      return start()
    }
    running = next()
    await running
  }

  return {
    hub: () => running,
    issueTokens: (lifetime) =>
      restart(() => {
        tokens = millis(lifetime)
      }),
    rotateKeys: (how) => restart(() => rotateSigningKey(folder, how)),
    async [Symbol.asyncDispose]() {
      stopped = true
      const hub = await running.catch(() => undefined)
      await hub?.[Symbol.asyncDispose]()
    },
  }
}
