// From a YAML file to a scenario. Whatever is wrong with it is said with file and line, all of it at once, before anything runs.

import * as v from 'valibot'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { type Scenario, scenarioSchema } from './schema.ts'
import { checkSense } from './sense.ts'

/** One line a problem: `frost.yaml:12:7: steps[2].do.target must be …`. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

type Key = string | number
export interface Problem {
  readonly path: readonly Key[]
  readonly message: string
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
  if (document.errors.length > 0) {
    throw new ScenarioError(document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message}`))
  }
  const problemLine = ({ path, message }: Problem) =>
    `${place(offsetOf(document, path))}: ${formatPath(path)}${message}`
  const read = v.safeParse(scenarioSchema, document.toJS())
  if (!read.success) throw new ScenarioError(read.issues.flatMap(deepest).map(problemLine))
  const senseless = checkSense(read.output)
  if (senseless.length > 0) throw new ScenarioError(senseless.map(problemLine))
  return { scenario: read.output, locate: (path) => `${file}:${lines.linePos(offsetOf(document, path)).line}` }
}

/** For a scenario that was written in TypeScript. */
export function checkScenario(input: unknown): Scenario {
  const read = v.safeParse(scenarioSchema, input)
  const problems = read.success ? checkSense(read.output) : read.issues.flatMap(deepest)
  if (read.success && problems.length === 0) return read.output
  throw new ScenarioError(problems.map(({ path, message }) => `${formatPath(path)}${message}`))
}

type Issue = v.BaseIssue<unknown>

/** Of a union, the branch that came furthest: somebody who writes {delay: 2} meant that branch. */
function deepest(issue: Issue): readonly Problem[] {
  const path = (issue.path ?? []).map(({ key }) => key as Key)
  const inner = (issue.issues ?? []).filter((each) => (each.path?.length ?? 0) > 0)
  if (inner.length > 0) {
    return inner
      .slice(0, 1)
      .flatMap((each) => deepest(each).map((problem) => ({ ...problem, path: [...path, ...problem.path] })))
  }
  const missing = issue.received === 'undefined' && issue.type === 'strict_object'
  return [{ path, message: missing ? 'is missing' : issue.message }]
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
