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
  /** What is on its way, where there is a delay or a cut; each waits for the one before it. */
  const waiting: { readonly arrive: () => void; readonly sentAt: Millis }[] = []
  let moving = false
  let joined = Promise.withResolvers<void>()
  let joinedAt = clock.uptime()
  joined.resolve()

  const move = async (): Promise<void> => {
    if (moving) return
    moving = true
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      if (cut) await joined.promise
      // What a cut has held up is sent again when the line is joined.
      const left = millis(Math.max(first.sentAt, joinedAt) + delay - clock.uptime())
      if (left > 0) await clock.sleep(left)
      if (cut || left > 0) continue
      waiting.shift()
      first.arrive()
    }
    moving = false
  }

  return {
    setCut(next) {
      if (next === cut) return
      cut = next
      if (cut) joined = Promise.withResolvers()
      else {
        joinedAt = clock.uptime()
        joined.resolve()
      }
    },
    setDelay(next) {
      delay = next
    },
    carry(arrive) {
      if (!cut && delay === 0 && !moving) return arrive()
      waiting.push({ arrive, sentAt: clock.uptime() })
      void move()
    },
    async whenJoined(signal) {
      signal.throwIfAborted()
      do {
        if (cut) await unlessAborted(joined.promise, signal)
        if (delay > 0) await clock.sleep(delay, signal)
      } while (cut)
    },
  }
}

/** Settles as `promise` does. Rejects with the reason when `signal` aborts first. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const giveUp = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  await Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', giveUp))
}
