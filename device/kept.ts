// What the network's side of a device needs from its disk before it can do anything.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import type { Zone } from '#contract/kinds.ts'
import { type CredentialStore, openCredentials } from './credentials/store.ts'
import { readVersion } from './description-version.ts'
import { backOff } from './link/back-off.ts'
import { reasonOf } from './reason.ts'

export interface Kept {
  readonly store: CredentialStore
  readonly descriptionVersion: number
}

/** A disk that does not answer is no reason to let a room freeze: it is asked again until it does. Undefined once `signal` aborts. */
export async function openKept(options: {
  readonly folder: string
  readonly credentialsDirectory: string | undefined
  readonly described: { readonly kind: Kind; readonly name: string; readonly zones: readonly Zone[] }
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly signal: AbortSignal
  readonly onFailure: (because: string) => void
}): Promise<Kept | undefined> {
  const { folder, described, clock, random, log, signal, onFailure } = options
  for (let failures = 0; !signal.aborted; ) {
    try {
      return { store: await openCredentials(options), descriptionVersion: await readVersion(folder, described) }
    } catch (error) {
      const because = reasonOf(error)
      if (failures === 0) log.error({ because }, 'the credentials cannot be opened: trying again')
      onFailure(because)
      await clock.sleep(backOff(failures++, random), signal).catch(() => {})
    }
  }
  return undefined
}
