// The part of a run's page that is plain text: what it was, and what came of each check.

import { formatLocal, localOf } from '#contract/local-time.ts'
import { instant } from '#contract/time.ts'
import type { Check, Report } from '../report.ts'
import { CHECK_SIGNS, failedOf, formatKpi, formatSpan, formatTook, formatWhen, gaveUpOf } from '../words.ts'
import { escapeXml } from '../xml.ts'

export function formatFacts(report: Report): string {
  const { zone, lengthMillis, tookMillis, seed, hash, kpis, command } = report
  const measured = kpis.map((kpi) => [kpi.name, formatKpi(kpi)] as const)
  const facts = [
    ['began', `${formatBeginning(report)}, ${zone}`],
    ['lasted', `${formatSpan(lengthMillis)}, run in ${formatTook(tookMillis)}`],
    ['seed', String(seed)],
  ] as const
  return `<dl class="kpis">${measured.map(pair).join('')}</dl>
<dl class="facts">${facts.map(pair).join('')}<div><dt>transcript</dt><dd title="SHA-256 ${escapeXml(hash)}">${escapeXml(hash.slice(0, 12))}</dd></div>
<div class="wide"><dt>see it again</dt><dd><code>${escapeXml(command)}</code></dd></div></dl>`
}

/** A list that need not be folded. */
const FEW = 6

/** The ones that were not met first and in full; the others folded away. */
export function formatVerdicts(report: Report): string {
  const { checks, outcome, lengthMillis } = report
  const unmet = [...failedOf(report), ...checks.filter((check) => check.outcome === 'not_checked')]
  const passed = checks.filter((check) => check.outcome === 'passed')
  const gaveUp: readonly Check[] =
    outcome === 'timed_out'
      ? [
          {
            name: 'The run was given up',
            kind: 'expectation',
            outcome: 'failed',
            at: lengthMillis,
            because: gaveUpOf(report),
          },
        ]
      : []
  const list = [...gaveUp, ...unmet].map((check) => item(report, check))
  const folded = `<details${list.length === 0 && passed.length <= FEW ? ' open' : ''}><summary>${passed.length} of ${checks.length} checks passed</summary>
<ul>${passed.map((check) => item(report, check)).join('\n')}</ul></details>`
  return `${list.length === 0 ? '' : `<ul class="unmet">${list.join('\n')}</ul>`}${folded}`
}

function item(report: Report, { name, outcome, at, because, where }: Check): string {
  const sign = `<span class="sign" aria-hidden="true">${CHECK_SIGNS[outcome]}</span><span class="unseen">${outcome.replace('_', ' ')}: </span>`
  if (outcome === 'passed') return `<li class="passed">${sign}<span>${escapeXml(name)}</span></li>`
  const when = at === undefined || outcome === 'not_checked' ? '' : jump(report, at)
  const place = where === undefined ? '' : ` <span class="where">${escapeXml(where)}</span>`
  const why = because === undefined ? '' : `<span class="why">${escapeXml(because)}</span>`
  return `<li class="${outcome}">${sign}<span><strong>${escapeXml(name)}</strong>${why}${place}</span>${when}</li>`
}

/** Goes there on the timeline. */
const jump = (report: Report, at: number): string =>
  `<button type="button" class="jump" data-at="${Math.min(at, report.lengthMillis)}" aria-label="Show ${formatWhen(report, at)} on the timeline">${formatWhen(report, at)}</button>`

const pair = ([name, value]: readonly [string, string]): string =>
  `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`

/** `Sat 2030-03-30 18:00` */
function formatBeginning({ zone, startedAt }: Report): string {
  const { year, month, day } = localOf(zone, instant(startedAt))
  const date = [year, month, day].map((figure) => String(figure).padStart(2, '0')).join('-')
  return formatLocal(zone, instant(startedAt)).replace(' ', ` ${date} `)
}
