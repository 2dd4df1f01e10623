import fc from 'fast-check'
import { expect, test } from 'vitest'
import { harmless, widthOf, wrap } from '../../../simulator/report/columns.ts'
import type { Check } from '../../../simulator/report/report.ts'
import { formatTerminal } from '../../../simulator/report/terminal.ts'
import { aReport, failedCheck, failedReport, passedCheck, uncheckedCheck } from './a-report.ts'

test('says what came of each check, when and why, and how to see it again', () => {
  const report = aReport({
    outcome: 'failed',
    story: 'It is cold.',
    checks: [failedCheck, uncheckedCheck, passedCheck],
  })
  expect(formatTerminal(report, { columns: 60 }).split('\n')).toEqual([
    '✗ A cold night                                        failed',
    '  It is cold.',
    '',
    '  Expected',
    '  ✗ always thermostat.air >= 5                     Sat 20:30',
    '      thermostat.air is 4.8 °C',
    '      frost.yaml:12',
    '  – eventually hub.up',
    '      not checked: the run ended before it began',
    '',
    '  Safety',
    '  ✓ 1 safety rule held',
    '',
    '  heat used 12.35 kWh',
    '  12h of the home in 3.2 s',
    '',
    '  To see it again (seed 7):',
    '    latchkey simulate frost.yaml --seed 7',
    '',
  ])
})

test('the safety rules that held are one line, and one that did not is said in full', () => {
  const held = ['one', 'two', 'three'].map((name): Check => ({ ...passedCheck, name }))
  const broken: Check = { ...passedCheck, name: 'never hot', outcome: 'failed', at: 0, because: '300 °C' }
  expect(formatTerminal(aReport({ checks: held }))).toContain('  Safety\n  ✓ 3 safety rules held\n\n')
  const text = formatTerminal(aReport({ outcome: 'unsafe', checks: [...held, broken] }), { columns: 40 })
  expect(text).toContain(
    '  Safety\n  ✗ never hot                  Sat 18:00\n      300 °C\n  ✓ 3 other safety rules held\n\n',
  )
})

test('a run that passed needs no command', () => {
  expect(formatTerminal(aReport())).not.toContain('latchkey simulate')
})

test('a run that was given up says why', () => {
  expect(formatTerminal(aReport({ outcome: 'timed_out', gaveUp: 'it took too long' }))).toContain(
    'Given up: it took too long',
  )
})

test('in a run of days a time has the day that a scenario would name', () => {
  const text = formatTerminal({
    ...failedReport,
    lengthMillis: 3 * 86_400_000,
    checks: [{ ...failedCheck, at: 86_400_000 }],
  })
  // The clocks went forward in the night.
  expect(text).toContain('day 2, Sun 19:00')
})

test('without colour there is no escape, with colour the text is the same', () => {
  const [plain, coloured] = [formatTerminal(failedReport), formatTerminal(failedReport, { colour: true })]
  expect(plain).not.toContain('\u001b')
  expect(coloured).toContain('\u001b[31m✗\u001b[39m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain)
})

test('nothing that a report says acts on the terminal', () => {
  const evil = '\u001b[2J\u001b]0;mine\u0007 \u202Egnp.exe'
  const text = formatTerminal(aReport({ name: evil, outcome: 'failed', checks: [{ ...failedCheck, because: evil }] }))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test.for([40, 80, 132])('at %i columns no line is wider, but for the command', (columns) => {
  const anyText = fc.string({
    unit: fc.oneof(fc.string(), fc.constantFrom(' ', 'wörter', '温度', '🔥', 'x'.repeat(99))),
  })
  fc.assert(
    fc.property(anyText, anyText, (name, because) => {
      const report = aReport({ name, story: because, outcome: 'failed', checks: [{ ...failedCheck, name, because }] })
      const lines = formatTerminal(report, { columns }).split('\n')
      expect(Math.max(...lines.filter((line) => !line.startsWith('    latchkey')).map(widthOf))).toBeLessThanOrEqual(
        columns,
      )
    }),
  )
})

test.for([
  { text: 'one two three', columns: 7, lines: ['one two', 'three'] },
  { text: 'abcdefgh', columns: 3, lines: ['abc', 'def', 'gh'] },
  { text: '  a \n b ', columns: 9, lines: ['a b'] },
  { text: '温度温度', columns: 5, lines: ['温度', '温度'] },
  { text: '', columns: 9, lines: [''] },
])('"$text" in $columns columns', ({ text, columns, lines }) => {
  expect(wrap(text, columns)).toEqual(lines)
})

test('a tab and a line break are blanks, and a bell is a sign', () => {
  expect(harmless('a\tb\nc\u0007')).toBe('a b c\uFFFD')
})
