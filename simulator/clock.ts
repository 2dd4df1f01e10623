// The clock that turns. It stands still until somebody moves it; then everything that is due happens, one thing after the other, and
// time moves on only when all of its consequences are over.
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, type Millis, millis } from '#contract/time.ts'

interface Sleeper {
  readonly wakeAt: Millis
  readonly owner: string
  readonly order: number
  readonly wake: () => void
  done: boolean
}

/** Something keeps itself busy without time passing. The message names it. */
export class Unsettled extends Error {
  override readonly name = 'Unsettled'
}

/** More wakings than this at one moment are a loop. */
const WAKINGS_AT_ONCE = 20_000

/** What the wall clock of one participant says: it may be wrong, and be put right. */
export interface OwnedClock extends Clock {
  /** Moves this wall clock alone, as a first answer from a time server does. */
  jumpWall(length: Millis): void
}

export class VirtualClock implements OwnedClock {
  #uptime = millis(0)
  #wallAtStart: Instant
  #sleepers = createHeap()
  #count = 0
  readonly #settle: () => Promise<void>
  readonly #mine: OwnedClock

  /** `settle` resolves when everything that was set in motion has come to rest; by default one turn of the event loop. */
  constructor(start = instant(Date.UTC(2030, 0, 1)), settle: () => Promise<void> = oneTurn) {
    this.#wallAtStart = start
    this.#settle = settle
    this.#mine = this.ownedBy('')
  }

  now = (): Instant => this.#mine.now()
  uptime = (): Millis => this.#uptime
  sleep = (length: Millis, signal?: AbortSignal): Promise<void> => this.#mine.sleep(length, signal)
  jumpWall = (length: Millis): void => this.#mine.jumpWall(length)

  /**
   * The clock of one participant, with a wall clock of its own. Where several have to wake at one moment, they do in the order of their
   * owners' names: the order in which they fell asleep may be an accident.
   */
  ownedBy(owner: string): OwnedClock {
    let offset = 0
    return {
      now: () => instant(this.#wallAtStart + this.#uptime + offset),
      uptime: () => this.#uptime,
      sleep: (length, signal) => this.#sleep(owner, length, signal),
      jumpWall: (length) => {
        offset += length
      },
    }
  }

  /**
   * Moves time forward, waking each sleeper at its moment and letting it run before the next. Ends early, at that moment, once `enough`
   * says so; it is asked before anything and after everything that happens. Resolves with whether it did. `speed` is how many times
   * faster than the machine's own time it goes; as fast as it can unless that is given.
   */
  async advance(
    length: Millis,
    options: { enough?: () => boolean; speed?: number | undefined } = {},
  ): Promise<boolean> {
    const { enough = () => false, speed } = options
    if (speed !== undefined && !(speed > 0 && Number.isFinite(speed))) {
      throw new RangeError(`Cannot turn the clock as its speed must be a number above 0: got ${speed}`)
    }
    const end = millis(this.#uptime + length)
    await this.#settle()
    if (enough()) return true
    for (let wakings = 0; ; wakings++) {
      if (speed !== undefined) await this.#goAlong(end, speed)
      const next = this.#sleepers.peek()
      if (next === undefined || next.wakeAt > end) break
      if (next.wakeAt > this.#uptime) wakings = 0
      if (wakings > WAKINGS_AT_ONCE) throw new Unsettled(`Cannot turn the clock as ${next.owner} wakes again and again`)
      this.#uptime = next.wakeAt
      this.#sleepers.pop()
      next.done = true
      next.wake()
      await this.#settle()
      if (enough()) return true
    }
    this.#uptime = end
    return false
  }

  /** Lets real time pass up to the next waking, or to `end`, and this clock with it: somebody outside may have something to say meanwhile. */
  async #goAlong(end: Millis, speed: number): Promise<void> {
    const [from, begun] = [this.#uptime, performance.now()]
    for (;;) {
      const target = Math.min(end, this.#sleepers.peek()?.wakeAt ?? end)
      const reached = from + (performance.now() - begun) * speed
      if (reached >= target) return
      this.#uptime = millis(Math.floor(reached))
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, Math.ceil((target - reached) / speed))))
      await this.#settle()
    }
  }

  #sleep(owner: string, length: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const forget = () => {
        sleeper.done = true
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', forget)
        resolve()
      }
      // A clock counts whole milliseconds, as timers do: fractions would depend on who computed them.
      const wakeAt = millis(this.#uptime + Math.ceil(Math.max(length, 0)))
      const sleeper: Sleeper = { wakeAt, owner, order: this.#count++, wake, done: false }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', forget, { once: true })
    })
  }
}

const isBefore = (a: Sleeper, b: Sleeper): boolean =>
  a.wakeAt !== b.wakeAt ? a.wakeAt < b.wakeAt : a.owner !== b.owner ? a.owner < b.owner : a.order < b.order

/** A binary heap of sleepers; those that were called off are dropped when they come to the top, or when they are the most. */
function createHeap() {
  let heap: Sleeper[] = []
  let limit = 1024

  const sink = (item: Sleeper, from: number): void => {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      const [left, right] = [heap[child], heap[child + 1]]
      if (left === undefined) break
      let smallest = left
      if (right !== undefined && isBefore(right, left)) {
        smallest = right
        child += 1
      }
      if (!isBefore(smallest, item)) break
      heap[at] = smallest
      at = child
    }
    heap[at] = item
  }
  const pop = (): Sleeper | undefined => {
    const [top] = heap
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) sink(last, 0)
    return top
  }
  return {
    pop,
    push(item: Sleeper): void {
      if (heap.length > limit) {
        // Sorted, an array is a heap.
        heap = heap.filter(({ done }) => !done).sort((a, b) => (isBefore(a, b) ? -1 : 1))
        limit = Math.max(1024, heap.length * 2)
      }
      let at = heap.length
      while (at > 0) {
        const parent = (at - 1) >> 1
        const above = heap[parent]
        if (above === undefined || !isBefore(item, above)) break
        heap[at] = above
        at = parent
      }
      heap[at] = item
    },
    peek(): Sleeper | undefined {
      while (heap[0]?.done) pop()
      return heap[0]
    },
  }
}

/** Lets every promise that is already due run: one turn of the event loop. */
const oneTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
