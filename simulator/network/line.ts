// The cable of one device. What it carries goes through here, so this is where a network is slow, cut, or silently gone.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'

export interface Line {
  /** Cut: nothing arrives, in either direction, until it is joined again; nobody is told. */
  setCut(cut: boolean): void
  /** How long everything takes on its way; 0 unless it is slow. */
  setDelay(delay: Millis): void
  /** Carries `arrive` to the other end, in order; never, where the line has been pulled for good meanwhile. */
  carry(arrive: () => void): void
  /** Resolves when the line is not cut. Rejects with the reason when `signal` aborts first. */
  whenJoined(signal: AbortSignal): Promise<void>
}

export function createLine(clock: Clock): Line {
  let cut = false
  let delay = millis(0)
  /** Where there is a delay or a cut, what is on its way; each waits for the one before it. */
  let waiting: (() => void)[] = []
  let moving = false
  let joined = Promise.withResolvers<void>()
  joined.resolve()

  const move = async (): Promise<void> => {
    if (moving) return
    moving = true
    while (waiting.length > 0) {
      if (cut) await joined.promise
      if (delay > 0) await clock.sleep(delay)
      if (cut) continue
      const arrived = waiting
      waiting = []
      for (const arrive of arrived) arrive()
    }
    moving = false
  }

  return {
    setCut(next) {
      if (next === cut) return
      cut = next
      if (cut) joined = Promise.withResolvers()
      else joined.resolve()
    },
    setDelay(next) {
      delay = next
    },
    carry(arrive) {
      if (!cut && delay === 0 && !moving) return arrive()
      waiting.push(arrive)
      void move()
    },
    async whenJoined(signal) {
      signal.throwIfAborted()
      if (cut) {
        const aborted = Promise.withResolvers<never>()
        const giveUp = () => aborted.reject(signal.reason)
        signal.addEventListener('abort', giveUp, { once: true })
        await Promise.race([joined.promise, aborted.promise]).finally(() => signal.removeEventListener('abort', giveUp))
      }
      if (delay > 0) await clock.sleep(delay, signal)
    },
  }
}
