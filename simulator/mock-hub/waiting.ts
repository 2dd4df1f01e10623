// A list that can be waited for: what has come and what is still to come.
import { after, type Clock } from '#contract/clock.ts'
import { type Length, lengthOf } from '../length.ts'

export interface Waiting {
  /** Something may be found now that was not there before. */
  changed(): void
  /** Asks `find` now and after each change until it finds something. Rejects when that takes longer than `within`. */
  until<T>(find: () => T | undefined, options: { readonly what: string; readonly within: Length }): Promise<T>
}

/** `signal` ends all waiting. */
export function createWaiting(clock: Clock, signal: AbortSignal): Waiting {
  const lookers = new Set<() => void>()
  return {
    changed() {
      for (const look of lookers) look()
    },
    until(find, { what, within }) {
      const length = lengthOf(within)
      return new Promise((resolve, reject) => {
        const stop = () => {
          lookers.delete(look)
          signal.removeEventListener('abort', end)
          called()
        }
        const look = () => {
          const found = find()
          if (found === undefined) return
          stop()
          resolve(found)
        }
        const fail = (because: string) => {
          stop()
          reject(new Error(`Cannot go on as ${what} must come: ${because}`))
        }
        const end = () => fail('the hub was stopped')
        const called = after(clock, length, () => fail(`it waited ${within}`))
        lookers.add(look)
        signal.addEventListener('abort', end, { once: true })
        if (signal.aborted) end()
        else look()
      })
    },
  }
}
