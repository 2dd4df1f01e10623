// How times and figures of a run are said, the same in every format.

import { dayNumberOf, formatLocal, localOf } from '#contract/local-time.ts'
import { instant, millis } from '#contract/time.ts'
import { formatLength } from '../length.ts'
import type { Check, Kpi, Outcome, Report } from './report.ts'

const DAY_MILLIS = 86_400_000

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  unsafe: 'unsafe',
  timed_out: 'timed out',
}

/** Different shapes, so that nobody needs the colours. */
export const CHECK_SIGNS: Readonly<Record<Check['outcome'], string>> = { passed: '✓', failed: '✗', not_checked: '–' }

/** `Tue 03:12`; in a run of a day or more `day 2, Tue 03:12`, with the day as a scenario counts it. */
export function formatWhen({ zone, startedAt, lengthMillis }: Report, at: number): string {
  const local = formatLocal(zone, instant(startedAt + at))
  if (lengthMillis < DAY_MILLIS) return local
  const dayOf = (millisIn: number) => dayNumberOf(localOf(zone, instant(startedAt + millisIn)))
  return `day ${dayOf(at) - dayOf(0) + 1}, ${local}`
}

/** `28.69 K·h`; the name stands elsewhere. */
export const formatKpi = ({ value, unit }: Kpi): string => `${formatFigure(value)}${unit && ` ${unit}`}`

const figures = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 })
export const formatFigure = (value: number): string => figures.format(value).replace('-', '−')

/** Of the home's time, to the second. */
export const formatSpan = (length: number): string => formatLength(millis(Math.round(length / 1000) * 1000))

/** Of real time: `3.2 s`, `2m 5s`. */
export const formatTook = (took: number): string => (took < 60_000 ? `${(took / 1000).toFixed(1)} s` : formatSpan(took))

export const failedOf = ({ checks }: Report): readonly Check[] => checks.filter(({ outcome }) => outcome === 'failed')

/** What is said of a run that was given up without a reason. */
export const gaveUpOf = ({ gaveUp = 'it was given up before its end' }: Report): string => gaveUp
