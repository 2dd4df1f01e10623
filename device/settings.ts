// What a product keeps over a power cut, besides its credentials.
import { join } from 'node:path'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { keepAside, openFolder, readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { reasonOf } from './reason.ts'
import type { SettingsStore } from './run.ts'

const anything = v.record(v.string(), v.unknown())

/** Keeps `<folder>/<name>.json`. A damaged file is put aside and said. */
export async function openSettings(options: {
  readonly folder: string
  readonly name: string
  readonly clock: Clock
  readonly log: Logger
}): Promise<SettingsStore> {
  const { folder, name, clock, log } = options
  await openFolder(folder).catch((error: unknown) => log.error({ because: reasonOf(error) }, 'settings cannot be kept'))
  const file = join(folder, `${name}.json`)
  const aside = () => keepAside(file, `damaged-${clock.now()}`).catch(() => undefined)
  return {
    // Null is not undefined: it had settings, and nobody knows which. A panel is then armed; the others begin with their defaults. A card
    // with a bad sector must not freeze a room.
    async load() {
      try {
        const text = await readWhole(file)
        return text === undefined ? undefined : decodeJson(anything, text, file)
      } catch (error) {
        const keptAs = error instanceof ParseError ? await aside() : undefined
        log.error({ keptAs, because: reasonOf(error) }, 'settings cannot be read: beginning without them')
        return null
      }
    },
    save: (settings) => writeWhole(file, JSON.stringify(settings)),
  }
}
