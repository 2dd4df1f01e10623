// A look for trouble that nobody thought of. What it found before is in test/simulator/scenarios/.
import { expect, test } from 'vitest'
import { fuzz } from '../../simulator/scenario/fuzz.ts'

test.for([1, 2])('60 random homes keep every safety rule, and every device comes back (seed %i)', async (seed) => {
  const { runs, failed } = await fuzz({ runs: 60, seed })
  expect(failed && { scenario: failed.scenario, checks: failed.report.checks }).toBeUndefined()
  expect(runs).toBe(60)
})
