// Whose work is next.
import { expect, test } from 'vitest'
import { createTurns, type Queue, TooBusyError, unlessBusy } from '../../../../hub/authorization/people/turns.ts'

/** One works at a time; each names itself when it begins, and ends when it is told. */
function queue(mostWaiting: number) {
  const turns = createTurns({ atOnce: 1, mostWaiting })
  const begun: string[] = []
  const ends: (() => void)[] = []
  return {
    begun,
    ask: (by: Queue, name: string) =>
      turns.take(by, () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.push(resolve))
      }),
    /** Ends what is worked on, until nobody waits. */
    async finish() {
      for (let n = 0; n < ends.length; n++) {
        ends[n]?.()
        await new Promise(setImmediate)
      }
    },
  }
}

test('who is known has every other turn, however many strangers wait, and they theirs', async () => {
  const { ask, begun, finish } = queue(10)
  const asked = ['s0', 's1', 's2', 's3', 's4', 'k1', 'k2', 'k3'].map((name) =>
    ask(name.startsWith('k') ? 'known' : 'stranger', name),
  )
  await finish()
  await Promise.all(asked)
  expect(begun).toEqual(['s0', 'k1', 's1', 'k2', 's2', 'k3', 's3', 's4'])
})

test('who finds a queue full is told at once, and a place in it is had again', async () => {
  const { ask, begun, finish } = queue(2)
  const asked = ['s0', 's1', 's2'].map((name) => ask('stranger', name))
  await expect(ask('stranger', 's3')).rejects.toThrow(TooBusyError)
  asked.push(ask('known', 'k1'))
  await finish()
  await Promise.all(asked)
  const again = ask('stranger', 's4')
  await finish()
  await again
  expect(begun).toEqual(['s0', 'k1', 's1', 's2', 's4'])
})

test('work that fails gives its turn to the next, and is no business', async () => {
  const turns = createTurns({ atOnce: 1, mostWaiting: 1 })
  const failed = turns.take('known', () => Promise.reject(new Error('no memory')))
  const next = turns.take('known', () => Promise.resolve('done'))
  await expect(failed.catch(unlessBusy)).rejects.toThrow('no memory')
  expect(await next).toBe('done')
})
