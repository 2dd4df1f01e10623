// The credentials as earlier versions kept them: `credentials.json`, readable by whoever has the file. Read once, sealed, and erased.
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { erase, keepAside, readWhole } from '#contract/files.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { type Credentials, credentials } from './credentials.ts'

const plainFile = (folder: string): string => join(folder, 'credentials.json')

export async function readPlain(folder: string, clock: Clock, log: Logger): Promise<Credentials | undefined> {
  const file = plainFile(folder)
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

/** Also what a power cut left of writing it. */
export async function erasePlain(folder: string): Promise<void> {
  const file = plainFile(folder)
  for (const each of [file, `${file}.new`]) await erase(each)
}
