// What a program ends with after its runs: the worst of them decides.
import type { Outcome, Report } from './report.ts'

/** From bad to worse. A run that was given up comes before one that failed, for nobody knows what it would have shown. */
const FROM_WORST = ['unsafe', 'timed_out', 'failed', 'passed'] as const satisfies readonly Outcome[]
const EXIT_CODES: Readonly<Record<Outcome, number>> = { passed: 0, failed: 1, unsafe: 3, timed_out: 4 }

/** The worst outcome; `passed` where nothing ran. */
export const worstOf = (reports: readonly Pick<Report, 'outcome'>[]): Outcome =>
  FROM_WORST.find((outcome) => reports.some((report) => report.outcome === outcome)) ?? 'passed'

/** 0 passed, 1 an expectation failed, 3 a safety rule was broken, 4 given up. 2 is for wrong usage. */
export const exitCodeOf = (reports: readonly Pick<Report, 'outcome'>[]): number => EXIT_CODES[worstOf(reports)]
