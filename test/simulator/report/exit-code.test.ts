import { expect, test } from 'vitest'
import { exitCodeOf, worstOf } from '../../../simulator/report/exit-code.ts'
import type { Outcome } from '../../../simulator/report/report.ts'

const tables: readonly { outcomes: Outcome[]; code: number; worst: Outcome }[] = [
  { outcomes: [], code: 0, worst: 'passed' },
  { outcomes: ['passed', 'passed'], code: 0, worst: 'passed' },
  { outcomes: ['passed', 'failed'], code: 1, worst: 'failed' },
  { outcomes: ['failed', 'timed_out', 'passed'], code: 4, worst: 'timed_out' },
  { outcomes: ['timed_out', 'unsafe', 'failed'], code: 3, worst: 'unsafe' },
]
test.for(tables)('$outcomes ends with $code', ({ outcomes, code, worst }) => {
  const reports = outcomes.map((outcome) => ({ outcome }))
  expect(exitCodeOf(reports)).toBe(code)
  expect(worstOf(reports)).toBe(worst)
})
