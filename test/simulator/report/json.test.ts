import { expect, test } from 'vitest'
import { formatJson } from '../../../simulator/report/json.ts'
import { aReport, failedCheck, failedReport, passedCheck } from './a-report.ts'

const full = aReport({
  ...{ outcome: 'failed', story: 'It is cold', checks: [failedCheck, passedCheck] },
  series: [
    {
      name: 'air',
      unit: '°C',
      kind: 'line',
      points: [
        [0, 19],
        [60_000, Number.NaN],
      ],
    },
  ],
  marks: [
    { at: 5, kind: 'fault', text: 'hub: kill', until: 9 },
    { at: 7, kind: 'step', text: 'target: 21' },
  ],
  messages: [{ at: 3, from: 'hub', topic: 'a/b', payload: '1', retain: true }],
})

test('is one document with a version, in lines of what fits into one, and every field there is or null', () => {
  const text = formatJson([full])
  expect(text.split('\n').slice(0, 3)).toEqual(['{', '  "version": 1,', '  "outcome": "failed",'])
  expect(text).toContain('\n      "kpis": [{"name":"heat used","value":12.345,"unit":"kWh"}],\n')
  expect(text.endsWith('}\n')).toBe(true)
  expect(JSON.parse(text)).toEqual({
    ...{ version: 1, outcome: 'failed', exitCode: 1 },
    reports: [
      {
        ...{ name: 'A cold night', story: 'It is cold', file: 'frost.yaml', outcome: 'failed', gaveUp: null, seed: 7 },
        ...{
          hash: full.hash,
          zone: 'Europe/Berlin',
          startedAt: full.startedAt,
          lengthMillis: 43_200_000,
          tookMillis: 3210,
        },
        command: 'latchkey simulate frost.yaml --seed 7',
        checks: [failedCheck, { ...passedCheck, at: null, because: null, where: null }],
        kpis: [{ name: 'heat used', value: 12.345, unit: 'kWh' }],
        marks: [
          { at: 5, until: 9, kind: 'fault', text: 'hub: kill' },
          { at: 7, until: null, kind: 'step', text: 'target: 21' },
        ],
        series: [
          {
            name: 'air',
            unit: '°C',
            kind: 'line',
            points: [
              [0, 19],
              [60_000, null],
            ],
          },
        ],
        messages: [{ at: 3, from: 'hub', topic: 'a/b', payload: '1', retain: true }],
      },
    ],
  })
})

test('fields that only the inside knows do not slip out', () => {
  const document = JSON.parse(formatJson([Object.assign(aReport(), { secret: 'x' })])) as { reports: object[] }
  expect(document.reports[0]).not.toHaveProperty('secret')
})

test('the same report is the same text, whatever the order of its fields', () => {
  const turned = Object.fromEntries(Object.entries(failedReport).toReversed()) as typeof failedReport
  expect(formatJson([turned])).toBe(formatJson([failedReport]))
})
