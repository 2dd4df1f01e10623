// The configuration file on disk, and the last good one for a restart after somebody made a mistake in it.
import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import * as v from 'valibot'
import { openFolder, readWhole, writeWhole } from '#contract/files.ts'
import { UsageError } from '#contract/settings.ts'
import { reasonOf } from '../reason.ts'
import { readWiring, type Wiring, type WiringOptions } from './wiring.ts'

export interface OpenWiringOptions extends WiringOptions {
  /** Keeps the last good one. */
  readonly folder: string
  readonly log: Logger
}

/**
 * Reads the file once. One that is refused is a `UsageError` at a device's first start; later the device goes on as it was, and says so:
 * a room must not freeze over a comma.
 */
export async function openWiring(options: OpenWiringOptions): Promise<Wiring> {
  const { folder, file, log } = options
  const lastGood = join(folder, 'wiring.last-good.json')
  const kept = await readKept(lastGood)
  try {
    const text = await readWiringText(file)
    const sha256 = hash('sha256', text)
    const known = kept?.sha256 === sha256 ? tryWiring(kept.input, options) : undefined
    if (known !== undefined) return known
    const { readYaml } = await import('./yaml.ts')
    const input = readYaml(text, file)
    const wiring = readWiring(input, options)
    await keep(lastGood, { sha256, input }, options)
    return wiring
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    // Checked again: rules may have changed since.
    const wiring = kept && tryWiring(kept.input, { ...options, kept: true })
    if (wiring === undefined) throw error
    log.error({ because: error.message, keptIn: lastGood }, 'the wiring is refused: going on with the last good one')
    return wiring
  }
}

/** A long wiring is two kilobytes. The parser wants thousands of times what it reads, and the agent on a Pi has 48 MiB. */
const LONGEST = 64 * 1024

/** What the system calls it, and what a person does. */
const FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'one that this user may not read',
}

/** The text of a wiring file; throws a `UsageError` that says why it cannot be one. */
export async function readWiringText(file: string): Promise<string> {
  let text = ''
  try {
    for await (const part of createReadStream(file, { encoding: 'utf8', end: LONGEST })) text += part
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError(`Cannot use ${file} as it must be a file that can be read: got ${FOUND[code] ?? code}`)
  }
  if (Buffer.byteLength(text) <= LONGEST) return text
  throw new UsageError(`Cannot use ${file} as a wiring has ${LONGEST / 1024} KiB at most: got more`)
}

/** What was read from a file that was good, and of which text: that one need not be read as YAML again. */
interface Kept {
  /** Undefined in the files of earlier versions, which are the input alone. */
  readonly sha256: string | undefined
  readonly input: unknown
}

async function keep(lastGood: string, kept: Kept, { folder, log }: OpenWiringOptions): Promise<void> {
  try {
    await openFolder(folder)
    await writeWhole(lastGood, JSON.stringify(kept))
  } catch (error) {
    log.warn({ because: reasonOf(error) }, 'the wiring could not be kept for a restart')
  }
}

async function readKept(lastGood: string): Promise<Kept | undefined> {
  try {
    const text = await readWhole(lastGood)
    if (text === undefined) return undefined
    const input: unknown = JSON.parse(text)
    const read = v.safeParse(keptFile, input)
    return read.success ? read.output : { sha256: undefined, input }
  } catch {
    return undefined
  }
}

const keptFile = v.strictObject({ sha256: v.string(), input: v.unknown() })

function tryWiring(input: unknown, options: WiringOptions): Wiring | undefined {
  try {
    return readWiring(input, options)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}
