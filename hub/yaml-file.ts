// A file that whoever runs the hub has written: YAML, and so JSON.
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Document } from 'yaml'
import { ParseError } from '#contract/parse.ts'
import { UsageError } from '#contract/settings.ts'

/** Read when there is such a file: few households have one, and the parser is 73 files. */
const parser = () => createRequire(import.meta.url)('yaml') as typeof import('yaml')

/**
 * Reads it, and gives its plain values to `parse`. Throws a `UsageError` of one line that names `setting`: for a file that cannot be read or
 * is no YAML, then with the line and never with what stands there, which may be a secret; and for a `ParseError` of `parse`.
 */
export function readYamlFile<T>(file: string, about: About, parse: (input: unknown) => T): T {
  const { setting, largest } = about
  const document = parser().parseDocument(readText(file, setting, largest), { prettyErrors: true, logLevel: 'error' })
  const [error] = document.errors
  if (error !== undefined) {
    const [{ line }] = error.linePos ?? [{ line: 1 }]
    throw new UsageError(`Cannot use ${setting} at line ${line} as it must be YAML or JSON: got ${inWords(error.code)}`)
  }
  const input = toPlain(document, about)
  try {
    return parse(input)
  } catch (error) {
    if (error instanceof ParseError) throw new UsageError(error.message)
    throw error
  }
}

interface About {
  readonly setting: string
  /** Bytes. */
  readonly largest: number
  /** Each may stand for all that was there before it. */
  readonly mostAliases: number
}

function toPlain(document: Document, { setting, mostAliases }: About): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new UsageError(
      `Cannot use ${setting} as each alias must be of an anchor before it, and there are ${mostAliases} at most: got another, or more`,
    )
  }
}

/** The parser's message may quote the line; its code never does. */
const inWords = (code: string): string => code.toLowerCase().replaceAll('_', ' ')

function readText(file: string, setting: string, largest: number): string {
  try {
    if (statSync(file).size <= largest) return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`Cannot use ${setting} as it must name a file that can be read: ${reason}`)
  }
  throw new UsageError(`Cannot use ${setting} as its file has ${largest / 1024} KiB at most: got more`)
}
