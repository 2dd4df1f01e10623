// What a person reads in a terminal or in the log of a job. Whole lines from top to bottom: the cursor is never moved.
import { styleText } from 'node:util'
import { harmless, widthOf, wrap } from './columns.ts'
import type { Check, Outcome, Report } from './report.ts'
import { CHECK_SIGNS, formatKpi, formatSpan, formatTook, formatWhen, gaveUpOf, OUTCOME_WORDS } from './words.ts'

export interface TerminalOptions {
  /** 80 unless given; 40 at least. */
  readonly columns?: number | undefined
  /** Off unless given: a log has none. */
  readonly colour?: boolean | undefined
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const OUTCOME_STYLES: Readonly<Record<Outcome, Style>> = {
  passed: 'green',
  failed: 'red',
  unsafe: ['red', 'bold'],
  timed_out: 'yellow',
}
const CHECK_STYLES: Readonly<Record<Check['outcome'], Style>> = {
  passed: 'green',
  failed: 'red',
  not_checked: 'yellow',
}
const HEADINGS: Readonly<Record<Check['kind'], string>> = { expectation: 'Expected', safety: 'Safety' }

/** Ends with a newline. */
export function formatTerminal(report: Report, options: TerminalOptions = {}): string {
  const { columns: wanted = 80, colour = false } = options
  const columns = Math.max(40, wanted)
  // Whether there is to be colour is the caller's to know: it has read the environment.
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const page = { report, columns, paint }
  const { checks, story, kpis, lengthMillis, tookMillis, outcome } = report

  const sections = [
    [
      titleOf(page),
      ...(story === undefined ? [] : indent(2, wrap(story, columns - 2)).map((line) => paint('dim', line))),
    ],
    ...(outcome === 'timed_out' ? [indent(2, wrap(`Given up: ${gaveUpOf(report)}`, columns - 2))] : []),
    ...(['expectation', 'safety'] as const).map((kind) => {
      const lines = sectionOf(
        checks.filter((check) => check.kind === kind),
        page,
      )
      return lines.length === 0 ? [] : [`  ${paint('bold', HEADINGS[kind])}`, ...lines]
    }),
    [
      ...indent(2, wrap(kpis.map((kpi) => `${kpi.name} ${formatKpi(kpi)}`).join(' · '), columns - 2)),
      `  ${formatSpan(lengthMillis)} of the home in ${formatTook(tookMillis)}`,
    ].filter((line) => line.trim() !== ''),
    repeatOf(report),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** Safety rules always hold, or nearly: those that did are one line. What somebody expected is said by name, whatever came of it. */
function sectionOf(checks: readonly Check[], page: Page): readonly string[] {
  const isQuiet = ({ kind, outcome }: Check) => kind === 'safety' && outcome === 'passed'
  const held = checks.filter(isQuiet).length
  const told = checks.filter((check) => !isQuiet(check)).flatMap((check) => linesOf(check, page))
  if (held === 0) return told
  const what = `${held} ${told.length > 0 ? 'other ' : ''}safety rule${held === 1 ? '' : 's'} held`
  return [...told, `  ${page.paint(CHECK_STYLES.passed, CHECK_SIGNS.passed)} ${what}`]
}

interface Page {
  readonly report: Report
  readonly columns: number
  readonly paint: Paint
}

function titleOf({ report: { name, outcome }, columns, paint }: Page): string {
  const sign = outcome === 'passed' ? CHECK_SIGNS.passed : CHECK_SIGNS.failed
  const word = OUTCOME_WORDS[outcome]
  const [first = '', ...more] = wrap(name, columns - word.length - 4)
  const gap = ' '.repeat(Math.max(2, columns - 2 - widthOf(first) - word.length))
  const style = OUTCOME_STYLES[outcome]
  return [
    `${paint(style, sign)} ${paint('bold', first)}${gap}${paint(style, word)}`,
    ...indent(2, more).map((line) => paint('bold', line)),
  ].join('\n')
}

/** Sign, name and, at the right edge, when; below it why, and where it is written. */
function linesOf(check: Check, { report, columns, paint }: Page): readonly string[] {
  const { name, outcome, at, because, where } = check
  const when = at === undefined || outcome === 'passed' ? '' : formatWhen(report, at)
  const [first = '', ...more] = wrap(name, columns - 4 - (when === '' ? 0 : when.length + 2))
  const gap = when === '' ? '' : ' '.repeat(columns - 4 - widthOf(first) - when.length)
  const head = `  ${paint(CHECK_STYLES[outcome], CHECK_SIGNS[outcome])} ${first}${gap}${paint('bold', when)}`
  if (outcome === 'passed') return [head, ...indent(4, more)]
  const why = outcome === 'not_checked' ? `not checked: ${because ?? 'nobody looked'}` : (because ?? 'it was not so')
  return [
    head,
    ...indent(4, more),
    ...indent(6, wrap(why, columns - 6)),
    ...(where === undefined ? [] : [`      ${paint('dim', harmless(where))}`]),
  ]
}

/** The command stays whole, however long: it is there to be copied. */
function repeatOf({ outcome, seed, command }: Report): readonly string[] {
  return outcome === 'passed' ? [] : [`  To see it again (seed ${seed}):`, `    ${harmless(command)}`]
}

const indent = (by: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${' '.repeat(by)}${line}`)
