import pino from 'pino'
import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { createNotices } from '../../../../device/board/parts/notices.ts'
import { createReopening } from '../../../../device/board/parts/reopening.ts'
import type { Wired } from '../../../../device/board/parts/wired.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

type Board = Wired<string, { readonly on: boolean }>

/** A board that can be pulled out. */
async function pluggable({ present }: { present: boolean }) {
  const clock = new VirtualClock()
  const said: string[] = []
  const notices = createNotices(pino({}, { write: (line: string) => void said.push(JSON.parse(line).msg) }))
  const board = { present, on: false, told: [] as string[], openings: 0 }
  let pull = (_error: Error) => {}
  let hear = (_reading: string) => {}
  const open = async (lost: (error: Error) => void): Promise<Board> => {
    if (!board.present) throw new Error('Cannot use the board as it must be there: got none')
    pull = lost
    board.openings++
    return {
      apply: ({ on }) => {
        board.on = on
      },
      listen: (listener) => {
        hear = listener
      },
      onStatus: ({ phase }) => void board.told.push(phase),
      onWish: (hear) => hear('pair'),
      onProperties: (properties) => void board.told.push(JSON.stringify(properties)),
      async [Symbol.asyncDispose]() {
        board.on = false
      },
    }
  }
  const presence = (isThere: boolean) => (isThere ? 'back' : 'away')
  const hardware = await createReopening({ part: 'the board', open, presence, clock, notices })
  return { clock, said, board, hardware, pull: (error: Error) => pull(error), speak: (word: string) => hear(word) }
}

test('a board that comes late is told what it missed', async () => {
  const { clock, said, board, hardware, speak } = await pluggable({ present: false })
  const heard: string[] = []
  hardware.listen(
    (reading) => heard.push(reading),
    async () => ({ ok: true }),
  )
  hardware.apply({ on: true })
  hardware.onStatus({ phase: 'starting' })
  hardware.onProperties({ 'climate/current': 20 })
  const wishes: string[] = []
  hardware.onWish((wish) => wishes.push(wish))
  await clock.advance(seconds(35))
  board.present = true
  await clock.advance(seconds(10))
  expect(board).toMatchObject({ on: true, told: ['starting', '{"climate/current":20}'], openings: 1 })
  speak('warm')
  expect(heard).toEqual(['away', 'back', 'warm'])
  expect(wishes).toEqual(['pair'])
  expect(said).toEqual(['a part of the board does not work: it is tried again', 'a part of the board works again'])
})

test('a board that is pulled out is off, and on again when it is back', async () => {
  const { clock, board, hardware, pull } = await pluggable({ present: true })
  const heard: string[] = []
  hardware.listen(
    (reading) => heard.push(reading),
    async () => ({ ok: true }),
  )
  hardware.apply({ on: true })
  board.present = false
  pull(new Error('unplugged'))
  await clock.advance(seconds(5))
  expect(board.on).toBe(false)
  board.present = true
  await clock.advance(seconds(10))
  expect(board).toMatchObject({ on: true, openings: 2 })
  expect(heard).toEqual(['away', 'back'])
  await hardware[Symbol.asyncDispose]()
  expect(board.on).toBe(false)
})

test('a board that is pulled out as the device ends is not opened again', async () => {
  const { clock, board, hardware, pull } = await pluggable({ present: true })
  await hardware[Symbol.asyncDispose]()
  pull(new Error('unplugged'))
  await clock.advance(seconds(60))
  expect(board.openings).toBe(1)
})

test('a device that ends does not open its board any more', async () => {
  const { clock, board, hardware } = await pluggable({ present: false })
  await hardware[Symbol.asyncDispose]()
  board.present = true
  await clock.advance(seconds(60))
  expect(board.openings).toBe(0)
})
