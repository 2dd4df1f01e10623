// How often devices may ask whether they were let in.
import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { createPace } from '../../../../hub/authorization/devices/pace.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

test('while few wait each asks every two seconds; the more there are, the longer each waits', () => {
  const pace = createPace(seconds(2), new VirtualClock())
  const promised = Array.from({ length: 2000 }, (_, n) => pace.begin(`code ${n}`))
  expect(promised[0]).toBe(2)
  expect(promised[499]).toBe(2)
  expect(promised.at(-1)).toBe(8)
  for (let n = 0; n < 1900; n++) pace.end(`code ${n}`)
  expect(pace.begin('the next')).toBe(2)
})

test('the first poll is never too early; who comes before its time waits five seconds longer from then on', async () => {
  const clock = new VirtualClock()
  const pace = createPace(seconds(2), clock)
  pace.begin('code')
  expect(pace.tooEarly('code')).toBe(false)
  await clock.advance(seconds(1))
  expect(pace.tooEarly('code')).toBe(true)
  await clock.advance(seconds(6))
  expect(pace.tooEarly('code')).toBe(true)
  await clock.advance(seconds(12))
  expect(pace.tooEarly('code')).toBe(false)
})

test('who began when few waited is asked to slow down when there are many, once', async () => {
  const clock = new VirtualClock()
  const pace = createPace(seconds(2), clock)
  for (let n = 0; n < 2000; n++) pace.begin(`code ${n}`)
  expect(pace.tooEarly('code 0')).toBe(false)
  await clock.advance(seconds(2))
  expect(pace.tooEarly('code 0')).toBe(true)
  await clock.advance(seconds(7))
  expect(pace.tooEarly('code 0')).toBe(false)
  expect(pace.tooEarly('code 1999')).toBe(false)
  await clock.advance(seconds(8))
  expect(pace.tooEarly('code 1999')).toBe(false)
})

test('a device that went away is forgotten, and one that a hub before this one knew is not punished', async () => {
  const clock = new VirtualClock()
  const pace = createPace(seconds(2), clock)
  pace.begin('gone')
  await clock.advance(minutes(16))
  expect(pace.tooEarly('from before')).toBe(false)
  expect(pace.size).toBe(1)
})
