// Scenarios against a real home: what a step is told, what cannot be done, and what a run adds up to.
import { expect, test } from 'vitest'
import type { Report } from '../../../simulator/report/report.ts'
import { readScenario, ScenarioError } from '../../../simulator/scenario/read.ts'
import { runScenario } from '../../../simulator/scenario/run.ts'
import type { Scenario } from '../../../simulator/scenario/schema.ts'
import { WeatherError } from '../../../simulator/weather/weather.ts'

const TOASTER = { devices: ['toaster'], start: '2030-01-14 08:00' } satisfies Scenario['home']
const checksOf = ({ checks }: Report) =>
  checks.filter(({ kind }) => kind === 'expectation').map(({ name, outcome, because }) => [name, outcome, because])

test('what a phone is told is a check of its own, at the line of its step', async () => {
  const text = [
    'name: Toast from the sofa',
    'for: 15m',
    'home: { devices: [toaster] }',
    'steps:',
    '  - at: +1m',
    '    do: { toaster: start }',
    '    expect: accepted',
    '  - at: +2m',
    '    as: guest',
    '    do: { browning: 5 }',
    '    expect: accepted',
    '  - at: +3m',
    '    do: [{ hub: stop }]',
    '  - at: +4m',
    '    do: { browning: 6 }',
    '    expect: unreachable',
    '  - when: toaster.heating',
    '    do: { toaster: cancel }',
    '    expect: refused',
  ].join('\n')
  const { scenario, locate } = readScenario(text, 'sofa.yaml')
  const report = await runScenario(scenario, { file: 'sofa.yaml', locate })
  expect(report.outcome).toBe('failed')
  const told = report.checks.filter(({ kind }) => kind === 'expectation')
  expect(told.map(({ name, outcome, at, where }) => ({ name, outcome, at, where }))).toEqual([
    { name: 'toaster: start is accepted', outcome: 'failed', at: 60_000, where: 'sofa.yaml:5' },
    { name: 'browning: 5 as guest is accepted', outcome: 'passed', at: undefined, where: 'sofa.yaml:8' },
    { name: 'browning: 6 is unreachable', outcome: 'passed', at: undefined, where: 'sofa.yaml:14' },
    { name: 'toaster: cancel is refused', outcome: 'not_checked', at: undefined, where: 'sofa.yaml:17' },
  ])
  expect(told[0]?.because).toContain('it was not_now (there is no bread in it')
})

test('the phone of a guest is a guest, with the right code or without', async () => {
  const report = await runScenario({
    name: 'A guest at the door',
    home: { devices: ['security'] },
    for: '10m',
    steps: [
      { at: '+1m', as: 'guest', do: { arm: 'night' }, expect: 'not_allowed' },
      { at: '+2m', do: { arm: 'night' }, expect: 'accepted' },
      { at: '+3m', as: 'guest', do: { disarm: 'right-code' }, expect: 'not_allowed' },
      { at: '+4m', do: { disarm: 'wrong-code' }, expect: 'code_refused' },
      { at: '+5m', as: 'owner', do: { disarm: 'right-code' }, expect: 'accepted' },
    ],
    expect: [
      { sequence: ['security.state is disarmed', 'security.state is armed_night', 'security.state is disarmed'] },
    ],
  })
  expect(checksOf(report).filter(([, outcome]) => outcome !== 'passed')).toEqual([])
})

test('a step whose condition comes true again and again is done each time', async () => {
  const report = await runScenario({
    name: 'Two slices',
    home: TOASTER,
    for: '20m',
    steps: [
      { at: '08:01', do: [{ lever: 'load' }, { key: 'start' }] },
      { at: '08:10', do: [{ lever: 'load' }, { key: 'start' }] },
      { when: 'toaster.cycle is done', do: { say: 'Ping!' } },
      { every: '6m', do: { say: 'A clock ticks' } },
    ],
    expect: [{ sequence: ['toaster.heating', 'not toaster.heating', 'toaster.heating', 'not toaster.heating'] }],
  })
  expect(report.outcome).toBe('passed')
  const said = report.marks.filter(({ text }) => text === 'Ping!' || text === 'A clock ticks')
  expect(said.map(({ text, at }) => [text, Math.round(at / 60_000)])).toEqual([
    ['Ping!', 3],
    ['A clock ticks', 6],
    ['A clock ticks', 12],
    ['Ping!', 12],
    ['A clock ticks', 18],
  ])
})

const DAY = (gap: string) =>
  `time,celsius\n${Array.from(
    { length: 24 },
    (_, hour) => `2030-01-14T${String(hour).padStart(2, '0')}:00:00Z,${-hour}`,
  )
    .filter((line) => !line.includes(gap))
    .join('\n')}\n`
const measured = (weather: string) =>
  runScenario(
    { name: 'Measured', home: { devices: ['thermostat'], weather: { file: 'january.csv' } }, for: '1h' },
    { readFile: () => weather },
  )

test('weather with a hole in it is refused at its line', async () => {
  await expect(measured(DAY('T09:'))).rejects.toThrow(WeatherError)
  await expect(measured(DAY('T09:'))).rejects.toThrow(
    'january.csv:11: Cannot read the weather as nothing may be missing',
  )
  expect((await measured(DAY('none'))).outcome).toBe('passed')
})

test('nonsense written in TypeScript is refused before anything runs', async () => {
  const nonsense = { name: 'Late', for: '1h', expect: [{ always: 'hub.up', from: '+2h' }] } satisfies Scenario
  await expect(runScenario(nonsense)).rejects.toThrow(ScenarioError)
})
