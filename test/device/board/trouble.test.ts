import { expect, test } from 'vitest'
import { BoardError } from '../../../device/board/error.ts'
import { createTroubles, type Trouble } from '../../../device/board/trouble.ts'

test('each trouble is told once, and once more when it is over', () => {
  const told: Trouble[] = []
  const troubles = createTroubles((trouble) => told.push(trouble))
  const held = new BoardError('held', 'held by another')
  const missing = new BoardError('missing', 'gone')
  troubles.worked('GPIO17')
  for (let time = 0; time < 3; time += 1) troubles.failed('GPIO17', held)
  troubles.failed('GPIO17', missing)
  troubles.failed('GPIO22', held)
  troubles.worked('GPIO17')
  troubles.worked('GPIO17')
  expect(told).toEqual([
    { type: 'trouble', part: 'GPIO17', error: held },
    { type: 'trouble', part: 'GPIO17', error: missing },
    { type: 'trouble', part: 'GPIO22', error: held },
    { type: 'recovered', part: 'GPIO17' },
  ])
})
