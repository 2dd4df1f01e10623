// What a person reads of a fleet's figures.
import { expect, test } from 'vitest'
import { formatReport, type Report } from '../../simulator/fleet/report.ts'

const report: Report = {
  event: 'report',
  stopped: false,
  devices: { asked: 12, paired: 12, held: 12, lost: 0, left: 0 },
  pairing: { seconds: 4, perSecond: 3, p50: 2.5, p99: 3.1 },
  holding: { seconds: 30, asked: 1.2, published: 1.19, delivered: 1.18, p50: 2, p99: 8 },
  messages: { published: 180, delivered: 179, missing: 1 },
  tokens: { refreshed: 0 },
  hub: { residentMiB: 120, peakMiB: 130, pairingCpuSeconds: 1, holdingCpuSeconds: 0.5 },
  fleet: { residentMiB: 90, cpuSeconds: 2 },
  troubles: {},
}

test('what was published and what was delivered stand side by side, and are in one unit', () => {
  const lines = formatReport(report).split('\n')
  expect(
    lines.filter((line) => /^ {2}(published|delivered)/.test(line)).map((line) => line.replace(/ {2,}/g, '  ')),
  ).toEqual(['  published by devices  1.19 messages/s; 1.2 messages/s wanted', '  delivered of these  1.18 messages/s'])
  expect(formatReport(report)).toContain('179 delivered, 1 missing')
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

test.for([
  { what: 'nobody was to say anything', holding: { ...report.holding, asked: 0, published: 0, delivered: 0 } },
  {
    what: 'nobody was held',
    holding: { ...report.holding, seconds: 0, asked: null, published: null, delivered: null },
  },
])('there is no line of messages a second where $what', ({ holding }) => {
  expect(formatReport({ ...report, holding })).not.toContain('messages/s')
})
