// `latchkey device release <kind>`: every output that somebody's safety hangs on goes to its safe level, whoever held it before. systemd
// runs it when the agent has ended in any way (`ExecStopPost=`): the kernel of Raspberry Pi OS keeps a line driven when its owner dies.
import { findChip, requestLine } from '../board/linux/gpio.ts'
import { pinWiringsOf } from '../board/parts/pin-wirings.ts'
import type { BoardWiring } from '../wiring/board.ts'
import type { Wiring } from '../wiring/wiring.ts'

export interface ReleaseOptions {
  readonly wiring: Wiring
  readonly board: Extract<BoardWiring, { type: 'linux' }>
  readonly print: (line: string) => void
  /** `/dev` but in tests. */
  readonly devRoot?: string
}

/** Each line by itself: one that cannot be had is no reason to leave another on. Returns the exit code. */
export function release({ wiring, board, print, devRoot = '/dev' }: ReleaseOptions): number {
  const { chip: label } = board
  const chip = findChip({ ...(label !== undefined && { label }), devRoot })
  let failures = 0
  for (const [offset, { safe, activeLow = false, drive = 'push_pull' }] of pinWiringsOf(wiring.parts)) {
    if (safe === undefined) continue
    try {
      const settings = { direction: 'output', activeLow, drive, level: safe } as const
      using _line = requestLine({ chip, offset, consumer: `latchkey release ${wiring.kind}`, settings })
      print(`GPIO${offset} is ${safe === 1 ? 'high' : 'low'}, which is off`)
    } catch (error) {
      failures += 1
      print(error instanceof Error ? error.message : String(error))
    }
  }
  return failures === 0 ? 0 : 1
}
