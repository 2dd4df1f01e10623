// In the machine, a relay that is closed ten times a second, as a control applies its actuators, whoever has the line.
import Relay from 'johnny-five/lib/relay.js'
import { systemClock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { startBoard } from '../../../device/board/board.ts'
import { BoardError } from '../../../device/board/error.ts'
import { createLinuxIo } from '../../../device/board/linux/io.ts'

const print = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)
const io = createLinuxIo({
  clock: systemClock,
  tell: ({ type, part }) => print({ type, part }),
  pins: new Map([[17, { safe: 0 }]]),
})
const relay = new Relay({ board: await startBoard(io, ({ message }) => print({ message })), pin: 17 })
for (;;) {
  try {
    relay.close()
    print({ closed: relay.isClosed, level: io.levelOf(17) })
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    print({ closed: relay.isClosed, code: error.code })
  }
  await systemClock.sleep(millis(100))
}
