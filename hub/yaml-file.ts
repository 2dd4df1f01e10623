// A file that whoever runs the hub has written: YAML, and so JSON.
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { UsageError } from '#contract/settings.ts'

/** Read when there is such a file: few households have one, and the parser is 73 files. */
const parser = () => createRequire(import.meta.url)('yaml') as typeof import('yaml')

/**
 * Throws a `UsageError` of one line that names `setting` and, where it is no YAML, the line in the file; never what stands there, which
 * may be a secret. `largest` is in bytes.
 */
export function readYamlFile(file: string, { setting, largest }: { setting: string; largest: number }): unknown {
  const document = parser().parseDocument(readText(file, setting, largest), { prettyErrors: true, logLevel: 'error' })
  const [error] = document.errors
  if (error === undefined) return document.toJS({ maxAliasCount: 10 })
  const [{ line }] = error.linePos ?? [{ line: 1 }]
  throw new UsageError(`Cannot use ${setting} at line ${line} as it must be YAML or JSON: got ${inWords(error.code)}`)
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
