// YAML as plain values. The parser is ten megabytes of a Pi's memory and a tenth of a second of its start: load this when it is needed.
import { type Document, parseDocument } from 'yaml'
import { UsageError } from '#contract/settings.ts'

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
