import { expect, test } from 'vitest'
import { escapeMarkdown, formatSummary } from '../../../simulator/report/summary.ts'
import { aReport, failedCheck, failedReport, uncheckedCheck } from './a-report.ts'

test('a run that passed is one line of the table, and nothing else', () => {
  expect(formatSummary([aReport()]).split('\n')).toEqual([
    '## 1 scenario passed',
    '',
    '|  | scenario | checks that passed | time of the home | took | seed |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    '| ✅ passed | A cold night | 1 of 1 | 12h | 3.2 s | 7 |',
    '',
  ])
})

test('a run that failed says what, when, where, why, and how to see it again', () => {
  const text = formatSummary([aReport(), failedReport])
  expect(text).toContain('## 1 of 2 scenarios did not pass')
  expect(text).toContain('- ✗ **always thermostat.air &gt;= 5**, Sat 20:30 (frost.yaml:12)<br>thermostat.air is 4.8 °C')
  expect(text).toContain('heat used 12.35 kWh')
  expect(text).toContain('```sh\nlatchkey simulate frost.yaml --seed 7\n```')
})

test('what was not checked and why a run was given up are said as well', () => {
  const text = formatSummary([aReport({ outcome: 'timed_out', gaveUp: 'it took too long', checks: [uncheckedCheck] })])
  expect(text).toContain('Given up: it took too long')
  expect(text).toContain('- – **eventually hub.up**<br>the run ended before it began')
})

test('a hundred failed runs are a hundred rows, fifty explanations, and how many more there are', () => {
  const text = formatSummary(Array.from({ length: 100 }, () => failedReport))
  expect(text.match(/^\| ❌/gm)).toHaveLength(100)
  expect(text.match(/^### /gm)).toHaveLength(50)
  expect(text).toContain('And 50 more that did not pass.')
})

test.for([
  { text: 'a | b', escaped: 'a \\| b' },
  { text: '<img src=x onerror=y> & co', escaped: '&lt;img src=x onerror=y&gt; &amp; co' },
  { text: '**[x](http://y)** `z`', escaped: '\\*\\*\\[x\\](http\\://y)\\*\\* \\`z\\`' },
  { text: 'www.example.com', escaped: 'www\\.example.com' },
  { text: 'two\nlines\r\n| and more', escaped: 'two lines \\| and more' },
])('$text is nothing but text', ({ text, escaped }) => {
  expect(escapeMarkdown(text)).toBe(escaped)
})

test('a command with back-ticks stays inside its block', () => {
  const text = formatSummary([
    aReport({ outcome: 'failed', checks: [failedCheck], command: 'latchkey ```\n# not a title' }),
  ])
  expect(text).toContain('````sh\nlatchkey ```\n# not a title\n````')
})
