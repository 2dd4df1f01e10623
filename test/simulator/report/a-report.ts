// A report that a test changes as it needs.
import type { Check, Report } from '../../../simulator/report/report.ts'

/** Sat 2030-03-30 18:00 in Berlin, hours before the clocks go forward. */
const STARTED_AT = Date.UTC(2030, 2, 30, 17)
const HOUR = 3_600_000

export const passedCheck: Check = { name: 'toaster: at fault it heats nothing', kind: 'safety', outcome: 'passed' }
export const failedCheck: Check = {
  ...{ name: 'always thermostat.air >= 5', kind: 'expectation', outcome: 'failed' },
  ...{ at: 2.5 * HOUR, because: 'thermostat.air is 4.8 °C', where: 'frost.yaml:12' },
}
export const uncheckedCheck: Check = {
  ...{ name: 'eventually hub.up', kind: 'expectation', outcome: 'not_checked' },
  because: 'the run ended before it began',
}

export const aReport = (changes: Partial<Report> = {}): Report => ({
  ...{ name: 'A cold night', file: 'frost.yaml', seed: 7, hash: 'ab12'.repeat(16), zone: 'Europe/Berlin' },
  ...{ startedAt: STARTED_AT, lengthMillis: 12 * HOUR, tookMillis: 3210, outcome: 'passed', checks: [passedCheck] },
  command: 'latchkey simulate frost.yaml --seed 7',
  kpis: [{ name: 'heat used', value: 12.345, unit: 'kWh' }],
  ...{ series: [], messages: [], marks: [] },
  ...changes,
})

export const failedReport = aReport({ outcome: 'failed', checks: [failedCheck, passedCheck] })
