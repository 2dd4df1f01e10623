// What a product keeps over a power cut, besides its credentials.
import { join } from 'node:path'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { keepAside, openFolder, readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import type { SettingsStore } from './run.ts'

const anything = v.record(v.string(), v.unknown())

/** Keeps `<folder>/<name>.json`. A damaged file is put aside and said; the control then begins with its safe defaults. */
export async function openSettings(options: {
  readonly folder: string
  readonly name: string
  readonly clock: Clock
  readonly log: Logger
}): Promise<SettingsStore> {
  const { folder, name, clock, log } = options
  await openFolder(folder)
  const file = join(folder, `${name}.json`)
  return {
    async load() {
      const text = await readWhole(file)
      if (text === undefined) return undefined
      try {
        return decodeJson(anything, text, file)
      } catch (error) {
        if (!(error instanceof ParseError)) throw error
        const keptAs = await keepAside(file, `damaged-${clock.now()}`)
        log.error({ keptAs }, 'settings were damaged: put aside, beginning with the defaults')
        return undefined
      }
    },
    save: (settings) => writeWhole(file, JSON.stringify(settings)),
  }
}
