// The stories that take longer than anybody waits for before a commit.
import { expect, test } from 'vitest'
import { LONG_SCENARIOS, tell, unmet } from '../simulator/scenarios/told.ts'

test.for(LONG_SCENARIOS)('%s holds', async (file) => {
  const report = await tell(file)
  expect(unmet(report)).toEqual([])
  expect(report.outcome).toBe('passed')
})
