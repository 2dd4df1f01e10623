// The configuration file on disk, and the last good one for a restart after somebody made a mistake in it.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Document, parseDocument } from 'yaml'
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
  try {
    const input = readYaml(await readWiringText(file), file)
    const wiring = readWiring(input, options)
    await keep(lastGood, JSON.stringify(input), options)
    return wiring
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const kept = await readKept(lastGood, options)
    if (kept === undefined) throw error
    log.error({ because: error.message, keptIn: lastGood }, 'the wiring is refused: going on with the last good one')
    return kept
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

/** Plain values of YAML 1.2; throws a `UsageError` that names the line. */
export function readYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true })
  const [error] = document.errors
  if (error === undefined) return toPlain(document, file)
  const [{ line }] = error.linePos ?? [{ line: 1 }]
  const [told = ''] = error.message.split(/ at line |\n/)
  const reason = error.code === 'MULTIPLE_DOCS' ? 'only one document, so no second "---"' : told
  throw new UsageError(`Cannot use ${file} at line ${line} as it must be YAML: ${reason}`)
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // An alias of nothing, or one that grows without end.
    throw new UsageError(`Cannot use ${file} as it must be YAML: ${error instanceof Error ? error.message : error}`)
  }
}

async function keep(lastGood: string, text: string, { folder, log }: OpenWiringOptions): Promise<void> {
  try {
    await openFolder(folder)
    if ((await readWhole(lastGood)) !== text) await writeWhole(lastGood, text)
  } catch (error) {
    log.warn({ because: reasonOf(error) }, 'the wiring could not be kept for a restart')
  }
}

/** Checked again: rules may have changed since. */
async function readKept(lastGood: string, options: OpenWiringOptions): Promise<Wiring | undefined> {
  try {
    const text = await readWhole(lastGood)
    return text === undefined ? undefined : readWiring(JSON.parse(text), { ...options, kept: true })
  } catch {
    return undefined
  }
}
