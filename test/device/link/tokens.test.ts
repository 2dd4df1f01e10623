import { expect, test } from 'vitest'
import { millis, minutes, seconds } from '#contract/time.ts'
import { createTokenSource } from '../../../device/link/tokens.ts'
import type { Answer } from '../../../device/oauth/answer.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const tokens = (accessToken: string) => ({ accessToken, lifetime: minutes(10), refreshToken: undefined })

function source(answers: readonly Answer[], first = tokens('first')) {
  const clock = new VirtualClock()
  let asked = 0
  const refresh = async () => {
    const answer = answers[asked] ?? { type: 'granted', tokens: tokens(`renewed-${asked}`) }
    asked += 1
    await clock.sleep(millis(50))
    return answer
  }
  const tokenSource = createTokenSource({ clock, random: () => 0.5, first, refresh })
  return { clock, tokenSource, asked: () => asked }
}

test('hands out the token it holds while that is good, and asks for the next one when it is not', async () => {
  const { clock, tokenSource, asked } = source([])
  expect(await tokenSource.fresh()).toMatchObject({ held: { accessToken: 'first' } })
  await clock.advance(seconds(594))
  expect(await tokenSource.fresh()).toMatchObject({ held: { accessToken: 'first' } })
  await clock.advance(seconds(2))
  const renewed = tokenSource.fresh()
  await clock.advance(seconds(1))
  expect(await renewed).toMatchObject({ held: { accessToken: 'renewed-0' } })
  expect(asked()).toBe(1)
})

test('asks once however many want a new token at the same time', async () => {
  const { clock, tokenSource, asked } = source([])
  const all = Promise.all([1, 2, 3].map(() => tokenSource.fresh({ renew: true })))
  await clock.advance(seconds(1))
  expect(new Set((await all).map((fresh) => fresh.type === 'held' && fresh.held.accessToken))).toEqual(
    new Set(['renewed-0']),
  )
  expect(asked()).toBe(1)
})

test('plans the renewal at 75 to 85 % of the life of the token', async () => {
  const { tokenSource } = source([])
  expect(await tokenSource.fresh()).toMatchObject({ held: { renewAt: minutes(8), endsAt: minutes(10) } })
})

test.for([
  { answer: { type: 'refused', error: 'invalid_grant' } as const, expected: { type: 'ended', error: 'invalid_grant' } },
  { answer: { type: 'unreachable', because: 'x' } as const, expected: { type: 'unreachable', because: 'x' } },
])('says $expected.type when the hub says $answer.type', async ({ answer, expected }) => {
  const { clock, tokenSource } = source([answer])
  const fresh = tokenSource.fresh({ renew: true })
  await clock.advance(seconds(1))
  expect(await fresh).toEqual(expected)
})
