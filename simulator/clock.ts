import type { Clock } from '#contract/clock.ts'
import { type Instant, instant, type Millis, millis } from '#contract/time.ts'

interface Sleeper {
  readonly wakeAt: Millis
  readonly wake: () => void
}

/** A clock that stands still until somebody moves it. Sleepers wake in order, at their own moment. */
export class VirtualClock implements Clock {
  #uptime = millis(0)
  #wallAtStart: Instant
  #sleepers = new Set<Sleeper>()

  constructor(start = instant(Date.UTC(2030, 0, 1))) {
    this.#wallAtStart = start
  }

  now(): Instant {
    return instant(this.#wallAtStart + this.#uptime)
  }

  uptime(): Millis {
    return this.#uptime
  }

  sleep(length: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const forget = () => {
        this.#sleepers.delete(sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', forget)
        resolve()
      }
      const sleeper: Sleeper = { wakeAt: millis(this.#uptime + Math.max(length, 0)), wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', forget, { once: true })
    })
  }

  /** Moves time forward, waking each sleeper at its moment and letting it run before the next. */
  async advance(length: Millis): Promise<void> {
    const end = millis(this.#uptime + length)
    await settle()
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#uptime = next.wakeAt
      this.#sleepers.delete(next)
      next.wake()
      await settle()
    }
    this.#uptime = end
  }

  /** Moves the wall clock alone, as a first answer from a time server does. */
  jumpWall(length: Millis): void {
    this.#wallAtStart = instant(this.#wallAtStart + length)
  }

  #nextBefore(end: Millis): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.wakeAt <= end)
    return due.reduce<Sleeper | undefined>((a, b) => (a === undefined || b.wakeAt < a.wakeAt ? b : a), undefined)
  }
}

/** Lets every promise that is already due run: one turn of the event loop. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
