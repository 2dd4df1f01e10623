// What did not hold, where it is written: GitHub shows it beside that line of the scenario.
import type { Check, Report } from './report.ts'
import { formatWhen } from './words.ts'

/** Workflow commands of GitHub Actions, one a line; nothing for what passed. */
export const formatAnnotations = (reports: readonly Report[]): string =>
  reports
    .flatMap((report) =>
      report.checks.filter(({ outcome }) => outcome !== 'passed').map((check) => command(report, check)),
    )
    .join('')

function command(report: Report, { name, because = 'it was not so', at, where }: Check): string {
  const [, file = report.file, line] = /^(.+):(\d+)$/.exec(where ?? '') ?? []
  const when = at === undefined ? '' : ` (${formatWhen(report, at)})`
  const properties = [
    ...(file === undefined ? [] : [`file=${inProperty(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${inProperty(report.name)}`,
  ]
  return `::error ${properties.join(',')}::${inMessage(`${name}${when}: ${because}`)}\n`
}

/** As `@actions/core` does: these characters end a command or a property. */
const inMessage = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const inProperty = (text: string): string => inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
