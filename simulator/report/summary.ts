// The page of a CI job ($GITHUB_STEP_SUMMARY): what ran, what failed and why, and how to see it again.
import type { Check, Report } from './report.ts'
import { CHECK_SIGNS, formatKpi, formatSpan, formatTook, formatWhen, gaveUpOf, OUTCOME_WORDS } from './words.ts'

/** GitHub refuses a summary of more than 1 MiB; nobody reads so many either. */
const DETAILED_AT_MOST = 50

const OUTCOME_SIGNS: Readonly<Record<Report['outcome'], string>> = {
  passed: '✅',
  failed: '❌',
  unsafe: '🔥',
  timed_out: '⏱️',
}

export function formatSummary(reports: readonly Report[]): string {
  const bad = reports.filter(({ outcome }) => outcome !== 'passed')
  const left = bad.length - DETAILED_AT_MOST
  return [
    `## ${headlineOf(reports.length, bad.length)}`,
    table(reports),
    ...bad.slice(0, DETAILED_AT_MOST).map(details),
    ...(left > 0 ? [`And ${left} more that did not pass.`] : []),
  ]
    .join('\n\n')
    .concat('\n')
}

function headlineOf(all: number, bad: number): string {
  if (all === 0) return 'No scenario ran'
  const scenarios = `${all} scenario${all === 1 ? '' : 's'}`
  return bad === 0 ? `${scenarios} passed` : `${bad} of ${scenarios} did not pass`
}

function table(reports: readonly Report[]): string {
  const rows = reports.map((report) => {
    const { name, outcome, checks, lengthMillis, tookMillis, seed } = report
    const passed = checks.filter((check) => check.outcome === 'passed').length
    return [
      `${OUTCOME_SIGNS[outcome]} ${OUTCOME_WORDS[outcome]}`,
      escapeMarkdown(name),
      `${passed} of ${checks.length}`,
      formatSpan(lengthMillis),
      formatTook(tookMillis),
      `${seed}`,
    ]
  })
  const head = [
    ['', 'scenario', 'checks that passed', 'time of the home', 'took', 'seed'],
    ['---', '---', '---:', '---:', '---:', '---:'],
  ]
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function details(report: Report): string {
  const { name, outcome, checks, kpis, command } = report
  const unmet = checks.filter((check) => check.outcome !== 'passed')
  const reason = outcome === 'timed_out' ? [`Given up: ${escapeMarkdown(gaveUpOf(report))}`] : []
  const measured = kpis.map((kpi) => `${escapeMarkdown(kpi.name)} ${escapeMarkdown(formatKpi(kpi))}`)
  return [
    `### ${OUTCOME_SIGNS[outcome]} ${escapeMarkdown(name)}`,
    ...reason,
    ...(unmet.length > 0 ? [unmet.map((check) => checkLine(report, check)).join('\n')] : []),
    ...(measured.length > 0 ? [measured.join(' · ')] : []),
    `To see it again:\n\n${codeBlock(command)}`,
  ].join('\n\n')
}

function checkLine(report: Report, { name, outcome, at, because, where }: Check): string {
  const when = at === undefined || outcome === 'not_checked' ? '' : `, ${formatWhen(report, at)}`
  const place = where === undefined ? '' : ` (${escapeMarkdown(where)})`
  const why = because === undefined ? '' : `<br>${escapeMarkdown(because)}`
  return `- ${CHECK_SIGNS[outcome]} **${escapeMarkdown(name)}**${when}${place}${why}`
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text that is nothing but text to GitHub: no mark-up, no HTML, no further cell of a table, no link; one line. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[&<>]/g, (sign) => HTML[sign] ?? sign)
    .replace(/[\\`*_[\]#|~$]|:(?=\/\/)|(?<=www)\./gi, '\\$&')

function codeBlock(text: string): string {
  // A fence ends a block only when it is as long as the one that began it (CommonMark 4.5).
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}sh\n${text}\n${fence}`
}
