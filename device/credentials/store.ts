// The device's credentials on its disk: its key, the name the hub gave it, and its grant.
import { join } from 'node:path'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { keepAside, openFolder, readWhole, writeWhole } from '#contract/files.ts'
import { type DeviceId, isDeviceId } from '#contract/ids.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { clientKey, createClientKey } from '../oauth/client-key.ts'

const credentials = v.object({
  version: v.literal(1),
  /** The private key; it outlives every pairing. */
  key: clientKey,
  /** Which hub knows this key, and by which name. */
  registration: v.exactOptional(
    v.object({ issuer: v.string(), device: v.custom<DeviceId>(isDeviceId, 'it must be a device id') }),
  ),
  /** What the person's approval gave. */
  grant: v.exactOptional(v.object({ refreshToken: v.string() })),
})
export type Credentials = v.InferOutput<typeof credentials>

export interface CredentialStore {
  readonly current: Credentials
  /** On disk when it resolves. */
  save(next: Credentials): Promise<void>
}

/**
 * Opens `<folder>/credentials.json` (folder 0700, file 0600, written whole), making a key where there is none. A damaged file is
 * never overwritten: it is put aside, said, and the device pairs anew. One writer: the agent.
 */
export async function openCredentials(folder: string, clock: Clock, log: Logger): Promise<CredentialStore> {
  await openFolder(folder)
  const file = join(folder, 'credentials.json')
  const save = (next: Credentials) => writeWhole(file, `${JSON.stringify(next, null, 2)}\n`)

  const create = async (): Promise<Credentials> => {
    const made: Credentials = { version: 1, key: await createClientKey() }
    await save(made)
    return made
  }

  let current = (await load(file, clock, log)) ?? (await create())
  return {
    get current() {
      return current
    },
    async save(next) {
      await save(next)
      current = next
    },
  }
}

async function load(file: string, clock: Clock, log: Logger): Promise<Credentials | undefined> {
  const text = await readWhole(file)
  if (text === undefined) return undefined
  try {
    return decodeJson(credentials, text, file)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const keptAs = await keepAside(file, `damaged-${clock.now()}`)
    log.error({ keptAs, because: error.message }, 'credentials were damaged: put aside, a person must pair again')
    return undefined
  }
}
