// A condition as people write it: `thermostat.air >= 5`, `security.state is triggered and security.siren`. Read once, checked against what can
// be looked at, before anything runs.
import type { Kind } from '#contract/ids.ts'
import type { Home } from '../home.ts'
import { PATHS, type Path, type Seen, type Values } from './paths.ts'

export interface Condition {
  readonly text: string
  /** The devices it speaks of. */
  readonly needs: readonly Kind[]
  holds(home: Home): boolean
  /** What it is at the moment, for a report: `thermostat.air is 4.8 °C`. */
  describe(home: Home): string
}

/** The text is no condition; the message says what would be one. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
}

const TERM = /^(?:(?<not>not)\s+)?(?<path>[a-z][a-z.-]*)(?:\s*(?<op>is not|is|<=|>=|<|>)\s*(?<value>[^\s].*))?$/

interface Term {
  readonly name: string
  readonly path: Path
  readonly holds: (seen: Seen) => boolean
}

export function readCondition(text: string): Condition {
  if (/\sor\s/.test(text))
    throw new ConditionError(`"${text}" must be joined with "and" alone: "or" is another expectation, or another step`)
  const terms = text.split(/\s+and\s+/).map((part) => readTerm(part.trim()))
  return {
    text,
    needs: [...new Set(terms.flatMap(({ path }) => path.needs ?? []))],
    holds: (home) => terms.every(({ path, holds }) => holds(path.look(home))),
    describe: (home) => terms.map(({ name, path }) => `${name} is ${formatSeen(path, path.look(home))}`).join(', '),
  }
}

export const formatSeen = ({ values }: Path, seen: Seen): string => {
  if (seen === undefined) return 'unknown'
  return values.type === 'number' ? `${rounded(Number(seen))} ${values.unit}` : String(seen)
}

/** To hundredths; closer where that would look like the round figure that somebody compares with. */
function rounded(value: number): number {
  const hundredths = Math.round(value * 100)
  return hundredths % 10 === 0 ? Math.round(value * 10_000) / 10_000 : hundredths / 100
}

function readTerm(part: string): Term {
  const groups = TERM.exec(part)?.groups
  if (groups === undefined)
    throw new ConditionError(`"${part}" must be like thermostat.air >= 5, or security.state is triggered`)
  const { not, path: name = '', op, value } = groups
  const path = Object.hasOwn(PATHS, name) ? PATHS[name] : undefined
  if (path === undefined) throw new ConditionError(`"${name}" is not known: it must be one of ${likely(name)}`)
  if (op === undefined || value === undefined) {
    if (path.values.type !== 'boolean') throw new ConditionError(`"${name}" needs ${wanted(path.values)}`)
    return { name, path, holds: (seen) => seen === (not === undefined) }
  }
  if (not !== undefined) throw new ConditionError(`"${part}" must be written with "is not"`)
  return { name, path, holds: comparison(name, path.values, op, value) }
}

/** What it may be instead: of the same device, where that much is right. */
function likely(name: string): string {
  const [first] = name.split('.')
  const same = Object.keys(PATHS).filter((known) => known.startsWith(`${first}.`))
  if (same.length > 0) return same.join(', ')
  return [...new Set(Object.keys(PATHS).map((known) => known.replace(/\..*/, '.…')))].join(', ')
}

const wanted = (values: Values): string => {
  switch (values.type) {
    case 'number':
      return `a comparison such as >= 5 (${values.unit})`
    case 'boolean':
      return 'nothing behind it, or is true, or is false'
    case 'enum':
      return `"is" and one of ${values.values.join(', ')}`
  }
}

function comparison(name: string, values: Values, op: string, text: string): (seen: Seen) => boolean {
  const isEquality = op === 'is' || op === 'is not'
  const equals = (value: Seen) => (op === 'is' ? (seen: Seen) => seen === value : (seen: Seen) => seen !== value)
  switch (values.type) {
    case 'boolean':
      if (!isEquality || (text !== 'true' && text !== 'false'))
        throw new ConditionError(`"${name}" takes ${wanted(values)}: got "${op} ${text}"`)
      return equals(text === 'true')
    case 'enum':
      if (!isEquality || !values.values.includes(text))
        throw new ConditionError(`"${name}" takes ${wanted(values)}: got "${text}"`)
      return equals(text)
    case 'number': {
      const value = readNumber(name, values.unit, text)
      if (isEquality && values.flows)
        throw new ConditionError(`"${name}" is hardly ever exactly ${value}: it takes <, <=, > or >=`)
      if (isEquality) return equals(value)
      // What is not known is neither less nor more.
      return (seen) => typeof seen === 'number' && compare(op, seen, value)
    }
  }
}

function readNumber(name: string, unit: string, text: string): number {
  const [, figure, given = unit] = /^(-?\d+(?:\.\d+)?)\s*(.*)$/.exec(text) ?? []
  if (figure === undefined) throw new ConditionError(`"${name}" takes a number: got "${text}"`)
  if (given !== '' && given !== unit) throw new ConditionError(`"${name}" is in ${unit}: got "${given}"`)
  return Number(figure)
}

function compare(op: string, seen: number, value: number): boolean {
  switch (op) {
    case '<':
      return seen < value
    case '<=':
      return seen <= value
    case '>':
      return seen > value
    default:
      return seen >= value
  }
}
