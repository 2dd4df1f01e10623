// The scenario of docs/simulation.md, run as it is written.
import { expect, test } from 'vitest'
import { readScenario } from '../../simulator/scenario/read.ts'
import { runScenario } from '../../simulator/scenario/run.ts'
import { blocks } from '../simulator/document.ts'

test.for(blocks('yaml'))('a scenario of the page passes', async (text) => {
  const { scenario } = readScenario(text, 'docs/simulation.md')
  const { outcome, checks } = await runScenario(scenario)
  expect(checks.filter((check) => check.outcome !== 'passed')).toEqual([])
  expect(outcome).toBe('passed')
})
