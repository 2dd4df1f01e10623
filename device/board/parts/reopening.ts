// A board that may be away: a USB plug, a permission, a kernel module that comes late. It is opened again every ten seconds, and is then
// told what it missed.
import { after, type Clock } from '#contract/clock.ts'
import { type Ack, type Command, refuse } from '../../control.ts'
import type { Properties } from '../../display/lines.ts'
import type { Status } from '../../status.ts'
import type { Notices } from './notices.ts'
import type { Wish } from './setup-key.ts'
import { RETRY_AFTER } from './site.ts'
import type { Wired } from './wired.ts'

/**
 * Resolves after the first attempt, whatever came of it, so that relays are off as early as they can be. `open` rejects where the board is
 * away, and calls `lost` at most once, when it goes away later. `part` is what the log calls the board.
 */
export async function createReopening<Reading, Actuators>(options: {
  readonly part: string
  readonly open: (lost: (error: Error) => void) => Promise<Wired<Reading, Actuators>>
  /** What the product is told of a board that is away, and of one that is back. */
  readonly presence?: ((isThere: boolean) => Reading) | undefined
  readonly clock: Clock
  readonly notices: Notices
}): Promise<Wired<Reading, Actuators>> {
  const { part, open, presence, clock, notices } = options
  let wired: Wired<Reading, Actuators> | undefined
  let actuators: Actuators | undefined
  let status: Status | undefined
  let properties: Properties | undefined
  let wish = (_wish: Wish) => {}
  let hear: ((reading: Reading) => void) | undefined
  let operate = async (_command: Command): Promise<Ack> => refuse('not_now', 'the device is starting')
  let closed = false
  let isMissed = false
  let later = () => {}
  let opening: Promise<void> = Promise.resolve()

  const miss = (missed: boolean) => {
    if (presence === undefined || hear === undefined || isMissed === missed) return
    isMissed = missed
    hear(presence(!missed))
  }
  const lose = async (error: Error) => {
    const gone = wired
    wired = undefined
    miss(true)
    notices.failed(part, error)
    try {
      await gone?.[Symbol.asyncDispose]()
    } catch {
      // What is away cannot be told to let go.
    }
    tryLater()
  }
  const tryLater = () => {
    later()
    if (closed) return
    later = after(clock, RETRY_AFTER, () => {
      opening = attempt()
    })
  }
  const attempt = async () => {
    try {
      const opened = await open((error) => void lose(error))
      if (closed) return await opened[Symbol.asyncDispose]()
      wired = opened
      notices.worked(part)
      if (actuators !== undefined) opened.apply(actuators)
      // Before its parts speak: one of them may know better.
      miss(false)
      if (hear !== undefined) opened.listen(hear, operate)
      opened.onWish((wished) => wish(wished))
      if (status !== undefined) opened.onStatus(status)
      if (properties !== undefined) opened.onProperties(properties)
    } catch (error) {
      notices.failed(part, error)
      tryLater()
    }
  }
  opening = attempt()
  await opening

  return {
    listen(listener, obey) {
      hear = listener
      operate = obey
      if (wired === undefined) miss(true)
      else wired.listen(listener, obey)
    },
    apply(wanted) {
      actuators = wanted
      wired?.apply(wanted)
    },
    onWish(listener) {
      wish = listener
    },
    onStatus(next) {
      status = next
      wired?.onStatus(next)
    },
    onProperties(next) {
      properties = next
      wired?.onProperties(next)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      later()
      await opening
      await wired?.[Symbol.asyncDispose]()
    },
  }
}
