import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { createMeasuredCase } from '../../../device/toaster/measured-case.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

test('a case is too hot once nobody has measured it for fifteen seconds, and no longer when somebody does', async () => {
  const clock = new VirtualClock()
  const told: string[] = []
  using measured = createMeasuredCase(clock, (celsius) => told.push(`${clock.uptime() / 1000} ${celsius}`))
  await clock.advance(seconds(12))
  measured.heard(40)
  await clock.advance(seconds(12))
  measured.heard(41)
  await clock.advance(seconds(17))
  measured.heard(42)
  expect(told).toEqual(['12 40', '24 41', '40 NaN', '41 42'])
})
