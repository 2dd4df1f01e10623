// Everything a run has to say, for programs. The shape is kept: a field may come, none goes or changes its meaning while `version` is 1.
import { exitCodeOf, worstOf } from './exit-code.ts'
import type { Check, Kpi, Mark, Outcome, Report, ReportedMessage, Series } from './report.ts'

export interface ReportDocument {
  readonly version: 1
  /** The worst of all runs, and the exit code that goes with it. */
  readonly outcome: Outcome
  readonly exitCode: number
  readonly reports: readonly ReportedRun[]
}

/** A run. Every `at` and `until` is milliseconds since `startedAt`; figures that are no numbers are null, as JSON has none. */
export interface ReportedRun {
  readonly name: string
  readonly story: string | null
  readonly file: string | null
  readonly outcome: Outcome
  /** Why it was given up; null where it was not. */
  readonly gaveUp: string | null
  readonly seed: number
  /** SHA-256 of the canonical transcript, hex: the same for the same seed. */
  readonly hash: string
  /** IANA time zone of the home. */
  readonly zone: string
  /** Of the home's own time, milliseconds since 1970-01-01T00:00:00Z. */
  readonly startedAt: number
  readonly lengthMillis: number
  /** Real time: the one field that differs from run to run. */
  readonly tookMillis: number
  readonly command: string
  readonly checks: readonly {
    readonly [Key in keyof Required<Check>]:
      | Required<Check>[Key]
      | (Key extends 'at' | 'because' | 'where' ? null : never)
  }[]
  readonly kpis: readonly Kpi[]
  readonly marks: readonly (Omit<Mark, 'until'> & { readonly until: number | null })[]
  readonly series: readonly Series[]
  readonly messages: readonly ReportedMessage[]
}

/** One JSON document, for people to look into as well: what fits into a line is one. Ended by a newline. */
export function formatJson(reports: readonly Report[]): string {
  const document: ReportDocument = {
    version: 1,
    outcome: worstOf(reports),
    exitCode: exitCodeOf(reports),
    reports: reports.map(runOf),
  }
  return `${inLines(document, '')}\n`
}

const LINE = 120

function inLines(value: unknown, indent: string): string {
  const flat = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= LINE) return flat
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const parts = Object.entries(value).map(
    ([key, each]) => `${Array.isArray(value) ? '' : `${JSON.stringify(key)}: `}${inLines(each, `${indent}  `)}`,
  )
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`
}

// Each field by its name, so that what is added to the report inside does not slip out.
const runOf = (report: Report): ReportedRun => ({
  name: report.name,
  story: report.story ?? null,
  file: report.file ?? null,
  outcome: report.outcome,
  gaveUp: report.gaveUp ?? null,
  seed: report.seed,
  hash: report.hash,
  zone: report.zone,
  startedAt: report.startedAt,
  lengthMillis: report.lengthMillis,
  tookMillis: Math.round(report.tookMillis),
  command: report.command,
  checks: report.checks.map(({ name, kind, outcome, at = null, because = null, where = null }) => {
    return { name, kind, outcome, at, because, where }
  }),
  kpis: report.kpis.map(({ name, value, unit }) => ({ name, value, unit })),
  marks: report.marks.map(({ at, kind, text, until = null }) => ({ at, until, kind, text })),
  series: report.series.map(({ name, unit, kind, points }) => ({ name, unit, kind, points })),
  messages: report.messages.map(({ at, from, topic, payload, retain }) => ({ at, from, topic, payload, retain })),
})
