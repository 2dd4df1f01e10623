import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatJunit } from '../../../simulator/report/junit.ts'
import type { Report } from '../../../simulator/report/report.ts'
import { aReport, failedCheck, failedReport, passedCheck, uncheckedCheck } from './a-report.ts'
import { type Element, readXml } from './read-xml.ts'

const read = (...reports: readonly Report[]): Element => readXml(formatJunit(reports))
const named = ({ children }: Element, name: string): readonly Element[] => children.filter((each) => each.name === name)
const casesOf = (root: Element): readonly Element[] =>
  named(root, 'testsuite').flatMap((suite) => named(suite, 'testcase'))

/** What Jenkins' xunit plugin accepts (junit-10.xsd), and `file` on a case for GitLab: attributes, those that must be there, children. */
const SCHEMA: Readonly<Record<string, { attributes: string; needs: string; children: string }>> = {
  testsuites: { attributes: 'name time tests failures errors', needs: '', children: 'testsuite' },
  testsuite: {
    attributes: 'name tests failures errors skipped time file',
    needs: 'name tests failures errors',
    children: 'properties testcase system-out',
  },
  properties: { attributes: '', needs: '', children: 'property' },
  property: { attributes: 'name value', needs: 'name value', children: '' },
  testcase: { attributes: 'name time classname file', needs: 'name', children: 'skipped error failure' },
  skipped: { attributes: 'type message', needs: '', children: '' },
  error: { attributes: 'type message', needs: '', children: '' },
  failure: { attributes: 'type message', needs: '', children: '' },
  'system-out': { attributes: '', needs: '', children: '' },
}
function problems({ name, attributes, children }: Element): readonly string[] {
  const schema = SCHEMA[name]
  if (schema === undefined) return [`${name} is not known`]
  const [known, inside] = [schema.attributes.split(' '), schema.children.split(' ')]
  return [
    ...Object.keys(attributes)
      .filter((key) => !known.includes(key))
      .map((key) => `${name} has ${key}`),
    ...schema.needs
      .split(' ')
      .filter((key) => key !== '' && !(key in attributes))
      .map((key) => `${name} lacks ${key}`),
    ...children.filter((child) => !inside.includes(child.name)).map((child) => `${child.name} is in ${name}`),
    ...('time' in attributes && !/^\d+\.\d{3}$/.test(attributes.time ?? '') ? [`${name} took ${attributes.time}`] : []),
    ...children.flatMap(problems),
  ]
}

test('is what the schema allows, whatever came of the runs', () => {
  const timedOut = aReport({ outcome: 'timed_out', gaveUp: 'it took too long', checks: [uncheckedCheck] })
  expect(problems(read(aReport(), failedReport, timedOut))).toEqual([])
  expect(problems(read())).toEqual([])
})

test('a scenario is a suite, a check and the run itself are cases, and counts and times are those of the cases', () => {
  const root = read(failedReport, aReport())
  expect(root.attributes).toMatchObject({ tests: '5', failures: '1', errors: '0', time: '6.420' })
  expect(root.children.map(({ attributes }) => attributes)).toMatchObject([
    { name: 'A cold night', tests: '3', failures: '1', skipped: '0', time: '3.210', file: 'frost.yaml' },
    { name: 'A cold night', tests: '2', failures: '0' },
  ])
  expect(casesOf(root)[0]?.attributes).toEqual({
    ...{ name: 'always thermostat.air >= 5', classname: 'A cold night.expectation', file: 'frost.yaml', time: '0.000' },
  })
  expect(casesOf(root).map(({ attributes }) => attributes.time)).toEqual(['0.000', '0.000', '3.210', '0.000', '3.210'])
})

test('a failure says when, why, where, and how to see it again', () => {
  const [failure] = casesOf(read(failedReport))[0]?.children ?? []
  expect(failure).toMatchObject({
    name: 'failure',
    attributes: { type: 'expectation', message: 'Sat 20:30: thermostat.air is 4.8 °C' },
  })
  expect(failure?.text.split('\n')).toEqual([
    'always thermostat.air >= 5',
    'Sat 20:30: thermostat.air is 4.8 °C',
    'frost.yaml:12',
    'To see it again: latchkey simulate frost.yaml --seed 7',
  ])
})

test('a run that was given up is an error beside its checks, and what was not checked is skipped', () => {
  const root = read(
    aReport({ outcome: 'timed_out', gaveUp: 'it took too long', checks: [passedCheck, uncheckedCheck] }),
  )
  expect(root.children[0]?.attributes).toMatchObject({ tests: '3', errors: '1', skipped: '1', failures: '0' })
  expect(
    casesOf(root).map(({ children }) => children.map(({ name, attributes }) => [name, attributes.message])),
  ).toEqual([[], [['skipped', 'the run ended before it began']], [['error', 'it took too long']]])
})

test('a run that failed only by what it could not check is not green', () => {
  const root = read(aReport({ outcome: 'failed', checks: [passedCheck, uncheckedCheck] }))
  expect(root.attributes.failures).toBe('1')
})

test('checks of one name are told apart', () => {
  const names = casesOf(read(aReport({ checks: [passedCheck, passedCheck] }))).map(({ attributes }) => attributes.name)
  expect(names).toEqual([passedCheck.name, `${passedCheck.name} (2)`, 'the run comes to its end'])
})

test('the properties name seed, hash, zone, outcome and what was measured', () => {
  const properties = named(read(failedReport).children[0] as Element, 'properties').flatMap(({ children }) => children)
  const facts = Object.fromEntries(properties.map(({ attributes }) => [attributes.name, attributes.value]))
  expect(facts).toEqual({
    ...{ seed: '7', hash: failedReport.hash, zone: 'Europe/Berlin', outcome: 'failed' },
    ...{ command: failedReport.command, 'kpi: heat used (kWh)': '12.345' },
  })
})

test('whatever a name or a reason is, the document is well-formed and keeps all that XML can say', () => {
  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom(...'<>&"\'\t\n\r\0\u001b\uFFFE\uD800', ']]>'), fc.string()),
  })
  fc.assert(
    fc.property(anyText, anyText, (name, because) => {
      const root = read(aReport({ name, outcome: 'failed', checks: [{ ...failedCheck, because }] }))
      const clean = (text: string) =>
        [...text]
          .map((sign) => (/[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(sign) ? sign : '\uFFFD'))
          .join('')
      expect(root.children[0]?.attributes.name).toBe(clean(name))
      expect(casesOf(root)[0]?.children[0]?.attributes.message).toBe(clean(`Sat 20:30: ${because}`))
    }),
  )
})
