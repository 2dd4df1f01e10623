// Stories from the field, told as they are. `test/long/mutations.test.ts` breaks what each of them guards.
import { expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { LONG_SCENARIOS, SCENARIOS, tell, unmet } from './told.ts'

const SHORT_SCENARIOS = SCENARIOS.filter((file) => !LONG_SCENARIOS.includes(file))

test.for(SHORT_SCENARIOS)('%s holds', { timeout: minutes(2) }, async (file) => {
  const report = await tell(file)
  expect(unmet(report)).toEqual([])
  expect(report.outcome).toBe('passed')
})
