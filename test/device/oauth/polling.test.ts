import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import type { Answer } from '../../../device/oauth/answer.ts'
import { pollForTokens } from '../../../device/oauth/polling.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const tokens = { accessToken: 'a', lifetime: minutes(10), refreshToken: 'r' }
const pending: Answer = { type: 'authorization_pending' }
const slowDown: Answer = { type: 'slow_down' }
const unreachable: Answer = { type: 'unreachable', because: 'connection refused' }
const granted: Answer = { type: 'granted', tokens }

/** Runs the loop on a virtual clock; after the last answer everything is pending. */
async function poll(answers: readonly Answer[], interval: number | undefined = 5, lifetime = minutes(10)) {
  const clock = new VirtualClock()
  const askedAt: number[] = []
  const stop = new AbortController()
  const outcome = pollForTokens({
    clock,
    interval: interval === undefined ? undefined : seconds(interval),
    lifetime,
    signal: stop.signal,
    ask: async () => {
      askedAt.push(clock.uptime() / 1000)
      return answers[askedAt.length - 1] ?? pending
    },
  })
  await clock.advance(minutes(15))
  return { outcome: await outcome, askedAt }
}

test('keeps the longer interval for every question after slow_down', async () => {
  const { outcome, askedAt } = await poll([pending, slowDown, pending, granted])
  expect(askedAt).toEqual([5, 10, 20, 30])
  expect(outcome).toEqual({ phase: 'granted', tokens })
})

test('waits five seconds where the server names no interval', async () => {
  expect((await poll([pending, granted], undefined)).askedAt).toEqual([5, 10])
})

test('survives a hub that goes away in the middle, asking less and less often', async () => {
  const { outcome, askedAt } = await poll([pending, unreachable, unreachable, unreachable, pending, granted])
  expect(askedAt).toEqual([5, 10, 20, 40, 80, 85])
  expect(outcome.phase).toBe('granted')
})

test('keeps the slower pace also after an outage', async () => {
  const { askedAt } = await poll([slowDown, unreachable, pending, granted])
  expect(askedAt).toEqual([5, 15, 35, 45])
})

test('never asks after the code has expired', async () => {
  const { outcome, askedAt } = await poll([], 5, seconds(22))
  expect(askedAt).toEqual([5, 10, 15, 20])
  expect(outcome).toEqual({ phase: 'expired' })
})

test.for([
  { error: 'access_denied', phase: 'denied' },
  { error: 'expired_token', phase: 'expired' },
  { error: 'invalid_client', phase: 'refused' },
  { error: 'invalid_grant', phase: 'refused' },
] as const)('stops at $error: $phase', async ({ error, phase }) => {
  const { outcome, askedAt } = await poll([pending, { type: 'refused', error }])
  expect(outcome).toMatchObject({ phase })
  expect(askedAt).toHaveLength(2)
})

test('counts the lifetime on the monotonic clock: a wall clock that jumps a year ends nothing', async () => {
  const clock = new VirtualClock()
  const stop = new AbortController()
  let asked = 0
  const ask = async () => {
    asked += 1
    if (asked === 1) clock.jumpWall(minutes(525_600))
    return asked === 3 ? granted : pending
  }
  const outcome = pollForTokens({ clock, interval: seconds(5), lifetime: minutes(10), ask, signal: stop.signal })
  await clock.advance(minutes(1))
  expect(await outcome).toMatchObject({ phase: 'granted' })
})

test('ends at once when the agent stops', async () => {
  const clock = new VirtualClock()
  const stop = new AbortController()
  const ask = async () => pending
  const outcome = pollForTokens({ clock, interval: seconds(5), lifetime: minutes(10), ask, signal: stop.signal })
  stop.abort(new Error('stopped'))
  await expect(outcome).rejects.toThrow('stopped')
})
