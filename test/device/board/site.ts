// A place for parts: a fake plugin under a real johnny-five board, on a clock that is turned.
import { setTimeout } from 'node:timers/promises'
import pino from 'pino'
import { startBoard } from '../../../device/board/board.ts'
import { createNotices } from '../../../device/board/parts/notices.ts'
import type { Site } from '../../../device/board/parts/site.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { FakeIo } from './fake-io.ts'

export interface Place {
  readonly io: FakeIo
  readonly clock: VirtualClock
  readonly site: Site
  /** What the log was told, one message and its part a line. */
  readonly said: readonly string[]
}

export async function createPlace({
  sysRoot = '/nowhere',
  clock = new VirtualClock(),
}: {
  readonly sysRoot?: string
  readonly clock?: VirtualClock
} = {}): Promise<Place> {
  const io = new FakeIo()
  const said: string[] = []
  const write = (line: string) => {
    const { msg, part } = JSON.parse(line)
    said.push(`${part}: ${msg}`)
  }
  const notices = createNotices(pino({ level: 'info' }, { write }))
  const board = await startBoard(io, () => {})
  return { io, clock, said, site: { board, io, clock, notices, i2cBus: 1, sysRoot } }
}

/** johnny-five lets contacts bounce for some real milliseconds. */
export const bounced = (): Promise<void> => setTimeout(60)
