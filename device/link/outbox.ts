// Events on their way out. One that says when it happened is still true later: it is kept, in order, until the broker has it. One that
// does not is momentary, and told now or never.
import type { Logger } from 'pino'
import type { Announcement } from '../control.ts'
import { reasonOf } from '../reason.ts'
import type { RunningProduct } from '../run.ts'
import { type EventLog, MOST_EVENTS, openEventLog } from './event-log.ts'

export interface Outbox {
  /** Hands over what waits, and from then on everything at once. Returns how to stop, when the connection has ended. */
  deliver(to: Deliver): () => void
  /** Resolves when nothing is being written any more. */
  close(): Promise<void>
}

/** `sure` resolves only when the broker has it. */
export type Deliver = (announcement: Announcement, how: { readonly sure: boolean }) => Promise<void>

/** `keepEvents`: in `<folder>` as well, over a power cut. A disk that cannot be read costs what it kept, and nothing else. */
export async function openOutbox(options: {
  readonly folder: string
  readonly product: RunningProduct
  readonly log: Logger
  readonly keepEvents: boolean
}): Promise<Outbox> {
  const { folder, product, log, keepEvents } = options
  const nothing = { log: undefined, before: [] }
  const { log: kept, before } = !keepEvents
    ? nothing
    : await openEventLog(folder).catch((error: unknown) => {
        log.error({ because: reasonOf(error) }, 'events are not kept on disk')
        return nothing
      })
  return createOutbox({ product, log, kept, before })
}

export function createOutbox(options: {
  readonly product: RunningProduct
  readonly log: Logger
  readonly kept: EventLog | undefined
  readonly before: readonly Announcement[]
}): Outbox {
  const { product, log, kept, before } = options
  const waiting = before.slice(-MOST_EVENTS)
  let deliver: Deliver | undefined
  let moving = false

  const move = async (): Promise<void> => {
    if (moving) return
    moving = true
    for (let to = deliver; to !== undefined && waiting[0] !== undefined; to = deliver) {
      const [first] = waiting
      // A connection that has ended keeps nothing: the event waits for the next one.
      const arrived = await to(first, { sure: true }).then(
        () => true,
        () => false,
      )
      if (!arrived) break
      if (waiting[0] === first) waiting.shift()
      if (waiting.length === 0)
        await kept
          ?.clear()
          .catch((error: unknown) => log.error({ because: reasonOf(error) }, 'cannot clear events.ndjson'))
    }
    moving = false
  }

  product.listen({
    happened({ local, noted: _, ...announcement }) {
      if (local) return
      if (typeof announcement.value.at !== 'string') {
        void deliver?.(announcement, { sure: false }).catch(() => {})
        return
      }
      if (waiting.length >= MOST_EVENTS) {
        log.warn({ lost: waiting.shift()?.value.seq }, 'an event is lost: nobody has fetched so many')
      }
      waiting.push(announcement)
      kept
        ?.append(announcement)
        .catch((error: unknown) => log.error({ because: reasonOf(error) }, 'an event is not on disk'))
      void move()
    },
  })

  return {
    close: async () => kept?.idle(),
    deliver(to) {
      deliver = to
      void move()
      return () => {
        if (deliver === to) deliver = undefined
      }
    },
  }
}
