// JUnit's XML, as GitHub's reporters, GitLab and Jenkins read it: a suite a scenario, a case a check. No standard exists; this keeps to what
// Jenkins' xunit plugin accepts (junit-10.xsd), with one exception: `file` on a case, which GitLab reads and the others pass over.
import type { Check, Report } from './report.ts'
import { failedOf, formatWhen, gaveUpOf } from './words.ts'
import { element, escapeXml } from './xml.ts'

export function formatJunit(reports: readonly Report[]): string {
  const suites = reports.map(suiteOf)
  const sum = (key: 'tests' | 'failures' | 'errors') => suites.reduce((total, { counts }) => total + counts[key], 0)
  const attributes = {
    ...{ name: 'latchkey', tests: sum('tests'), failures: sum('failures'), errors: sum('errors') },
    time: seconds(reports.reduce((total, { tookMillis }) => total + tookMillis, 0)),
  }
  const lines = suites.map(({ xml }) => `\n${xml}`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, [...lines, '\n'])}\n`
}

interface Case {
  readonly name: string
  readonly kind: Check['kind'] | 'run'
  readonly file?: string | undefined
  readonly tookMillis?: number
  readonly ending?: { readonly tag: 'failure' | 'error' | 'skipped'; readonly type: string; readonly message: string }
}

function suiteOf(report: Report) {
  const { name, file, tookMillis } = report
  const cases = apart(casesOf(report))
  const count = (tag: string) => cases.filter(({ ending }) => ending?.tag === tag).length
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') }
  const children = [
    propertiesOf(report),
    ...cases.map((each) => `    ${caseOf(each, report)}`),
    // What a person wants who sees only this suite, whatever came of it.
    `    ${element('system-out', {}, [escapeXml(report.command)])}`,
  ]
  const xml = `  ${element('testsuite', { name, file, ...counts, time: seconds(tookMillis) }, [...children.map((line) => `\n${line}`), '\n  '])}`
  return { counts, xml }
}

function casesOf(report: Report): readonly Case[] {
  // A run that failed by nothing but what it could not check must not look green.
  const uncheckedFails = report.outcome === 'failed' && failedOf(report).length === 0
  const checks = report.checks.map((check): Case => {
    const { name, kind, outcome, because } = check
    const file = check.where ?? report.file
    if (outcome === 'passed') return { name, kind, file }
    if (outcome === 'not_checked' && !uncheckedFails) {
      return { name, kind, file, ending: { tag: 'skipped', type: 'not_checked', message: because ?? 'not checked' } }
    }
    const at = check.at === undefined ? '' : `${formatWhen(report, check.at)}: `
    const type = outcome === 'failed' ? kind : outcome
    return { name, kind, file, ending: { tag: 'failure', type, message: `${at}${because ?? 'it was not so'}` } }
  })
  // The run is a case too: it took the time, and the checks looked on. So the cases add up for those that add them up.
  const { file, tookMillis } = report
  const run: Case = { name: 'the run comes to its end', kind: 'run', file, tookMillis }
  if (report.outcome !== 'timed_out') return [...checks, run]
  return [...checks, { ...run, ending: { tag: 'error', type: 'timed_out', message: gaveUpOf(report) } }]
}

/** Readers know a case by its name: of two with the same one, they would show one. */
function apart(cases: readonly Case[]): readonly Case[] {
  const seen = new Map<string, number>()
  return cases.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1
    seen.set(each.name, count)
    return count === 1 ? each : { ...each, name: `${each.name} (${count})` }
  })
}

function caseOf({ name, kind, file, tookMillis = 0, ending }: Case, report: Report): string {
  // Both ways of saying where: tools make links of a file, and of a line after it.
  const attributes = {
    name,
    classname: `${report.name}.${kind}`,
    file: file?.replace(/:\d+$/, ''),
    time: seconds(tookMillis),
  }
  if (ending === undefined) return element('testcase', attributes)
  const { tag, type, message } = ending
  if (tag === 'skipped') return element('testcase', attributes, [element(tag, { message })])
  const text = [`${name}\n${message}`, ...(file === undefined ? [] : [file]), `To see it again: ${report.command}`]
  return element('testcase', attributes, [element(tag, { type, message }, [escapeXml(text.join('\n'))])])
}

function propertiesOf({ seed, hash, zone, outcome, kpis, command, story }: Report): string {
  const facts = Object.entries({ seed, hash, zone, outcome, command, ...(story !== undefined && { story }) })
  const measured = kpis.map(({ name, value, unit }) => [`kpi: ${name}${unit && ` (${unit})`}`, value] as const)
  const lines = [...facts, ...measured].map(([name, value]) => `\n      ${element('property', { name, value })}`)
  return `    ${element('properties', {}, [...lines, '\n    '])}`
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)
