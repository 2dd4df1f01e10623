// What the doctor found: a sentence, and what to do about it.
import { formatColumns } from './columns.ts'

export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem'
  /** What was looked at: `clock`, `wiring`. */
  readonly about: string
  readonly says: string
  readonly todo?: string
}

/** For findings about one thing. */
export const about = (what: string) => ({
  ok: (says: string): Finding => ({ level: 'ok', about: what, says }),
  warning: (says: string, todo: string): Finding => ({ level: 'warning', about: what, says, todo }),
  problem: (says: string, todo: string): Finding => ({ level: 'problem', about: what, says, todo }),
})

const MARKS = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' } as const

/** For a terminal of 80 columns. */
export function formatFindings(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ level, about, says, todo }) => [
    { left: [MARKS[level], about], text: says },
    ...(todo === undefined ? [] : [{ left: ['', ''], text: `→ ${todo}` }]),
  ])
  const problems = findings.filter(({ level }) => level === 'problem').length
  const warnings = findings.filter(({ level }) => level === 'warning').length
  const summary =
    problems + warnings === 0 ? 'All is well.' : `${count(problems, 'problem')}, ${count(warnings, 'warning')}.`
  return `${formatColumns(rows)}\n\n${summary}`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
