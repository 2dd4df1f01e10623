// From a YAML file to a scenario. Whatever is wrong with it is said with file and line, all of it at once, before anything runs.

import * as v from 'valibot'
import { type Document, LineCounter, parseDocument, type YAMLParseError, type YAMLWarning } from 'yaml'
import { type Scenario, scenarioSchema } from './schema.ts'
import { checkSense, type Key, type Problem } from './sense.ts'

/** One line a problem: `frost.yaml:12:7: steps[2].do.target must be …`. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

export interface ReadScenario {
  readonly scenario: Scenario
  /** `frost.yaml:12` of a part of it. */
  locate(path: readonly Key[]): string
}

export function readScenario(text: string, file: string): ReadScenario {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  // A tag that means nothing here is only a warning to the parser; what comes of it would be anybody's guess.
  const unreadable = [...document.errors, ...document.warnings]
  if (unreadable.length > 0) {
    throw new ScenarioError(unreadable.map((error) => `${place(error.pos[0])}: ${unreadableWords(error)}`))
  }
  /** In the order of the file: whoever mends it goes from top to bottom. */
  const inOrder = (problems: readonly Problem[]) =>
    problems
      .map(({ path, message }) => ({ offset: offsetOf(document, path), line: `${formatPath(path)}${message}` }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, line }) => `${place(offset)}: ${line}`)
  const read = v.safeParse(scenarioSchema, plainOf(document, file))
  if (!read.success) throw new ScenarioError(inOrder(read.issues.flatMap(problemsIn)))
  const senseless = checkSense(read.output)
  if (senseless.length > 0) throw new ScenarioError(inOrder(senseless))
  return { scenario: read.output, locate: (path) => `${file}:${lines.linePos(offsetOf(document, path)).line}` }
}

/** The parser's own words, where it does not speak to programmers. */
function unreadableWords({ code, message }: YAMLParseError | YAMLWarning): string {
  if (code === 'DUPLICATE_KEY') return 'must not say the same key twice'
  if (code === 'MULTIPLE_DOCS') return 'must be one scenario: another begins here, after ---'
  return `cannot be read as YAML: ${message}`
}

/** An alias that stands for too much, or for nothing, is told of only here. */
function plainOf(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new ScenarioError([`${file}:1:1: cannot be read as YAML: ${error.message}`])
  }
}

/** For a scenario that was written in TypeScript. */
export function checkScenario(input: unknown): Scenario {
  const read = v.safeParse(scenarioSchema, input)
  const problems = read.success ? checkSense(read.output) : read.issues.flatMap(problemsIn)
  if (read.success && problems.length === 0) return read.output
  throw new ScenarioError(problems.map(({ path, message }) => `${formatPath(path)}${message}`))
}

type Issue = v.BaseIssue<unknown>

/** One sentence for each thing that is wrong. Of a union it is the branch that was meant: somebody who writes {delay: 2} meant that one. */
function problemsIn(issue: Issue): readonly Problem[] {
  const path = (issue.path ?? []).map(({ key }) => key as Key)
  const meant = meantIn((issue.issues ?? []).filter((each) => (each.path?.length ?? 0) > 0 && !isOfList(each)))
  if (meant !== undefined) {
    return problemsIn(meant).map((problem) => ({ ...problem, path: [...path, ...problem.path] }))
  }
  // Where keys are wanted a list has numbers for them: it is the list that is wrong, and it is said once.
  if (isOfList(issue))
    return isUnknown(issue) ? [{ path: path.slice(0, -1), message: 'must have keys: got a list' }] : []
  return [{ path, message: isMissing(issue) ? 'is missing' : `${issue.message}${gotIn(issue)}` }]
}

/** A key that a branch knows, with a wrong value, says which one was meant. A key that only one branch could have had does as well. */
function meantIn(inner: readonly Issue[]): Issue | undefined {
  const known = inner.find((each) => !isMissing(each) && !isUnknown(each))
  if (known !== undefined) return known
  const strange = inner.filter(isUnknown)
  if (new Set(strange.map(({ message }) => message)).size > 1) return undefined
  return strange[0] ?? (inner.length === 1 ? inner[0] : undefined)
}

const isMissing = ({ type, received, path }: Issue): boolean =>
  type === 'strict_object' && received === 'undefined' && path !== undefined
const isUnknown = ({ type, expected }: Issue): boolean => type === 'strict_object' && expected === 'never'
const isOfList = (issue: Issue): boolean =>
  (isMissing(issue) || isUnknown(issue)) && Array.isArray(issue.path?.at(-1)?.input)

/** What was found instead, where the message does not say it yet. */
function gotIn({ type, message, input, expected }: Issue): string {
  if (type === 'raw_check' || expected === 'never' || message.includes(': got ')) return ''
  if (input === null) return ': got nothing'
  if (typeof input !== 'object') return `: got ${JSON.stringify(input)}`
  return type === 'union' && !Array.isArray(input) ? `: got {${Object.keys(input).join(', ')}}` : ''
}

function formatPath(path: readonly Key[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return text === '' ? '' : `${text.replace(/^\./, '')} `
}

/** Where a part of the document begins; of one that is not there, where its parent does. */
function offsetOf(document: Document, path: readonly Key[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const pair = (
      parent as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | undefined
    )?.items?.find?.((item) => item?.key?.value === key)
    if (pair?.key?.range) return pair.key.range[0]
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined
    if (node?.range) return node.range[0]
  }
  return 0
}
