// Who may work next, where work is dear and anybody may ask for it. Strangers wait in a queue of their own: those whom the hub knows (signed
// in, invited, at the first start) have every other turn, however long the strangers' queue is.

/** A stranger gives a name and a password; whoever is known had to show something before. */
export type Queue = 'known' | 'stranger'

/** As many wait as may: who comes now is asked to come again, and nothing was done. */
export class TooBusyError extends Error {
  override readonly name = 'TooBusyError'
}

/** For a `catch`, where that is an outcome. */
export function unlessBusy(error: unknown): 'busy' {
  if (error instanceof TooBusyError) return 'busy'
  throw error
}

export interface Turns {
  /** Does `work` when it is its turn. Rejects with `TooBusyError` at once where the queue is full. */
  take<T>(queue: Queue, work: () => Promise<T>): Promise<T>
}

export function createTurns({ atOnce, mostWaiting }: { atOnce: number; mostWaiting: number }): Turns {
  const waiting: Readonly<Record<Queue, (() => void)[]>> = { known: [], stranger: [] }
  let running = 0
  let lastServed: Queue = 'stranger'

  const next = (): (() => void) | undefined => {
    const other = lastServed === 'known' ? 'stranger' : 'known'
    const queue = waiting[other].length > 0 ? other : lastServed
    const woken = waiting[queue].shift()
    if (woken !== undefined) lastServed = queue
    return woken
  }
  return {
    async take(queue, work) {
      if (running < atOnce) running += 1
      else if (waiting[queue].length >= mostWaiting) {
        throw new TooBusyError('Cannot wait for a turn as fewer must be waiting: too many are')
      }
      // Whoever is woken takes over the place of the one that ended.
      else await new Promise<void>((resolve) => waiting[queue].push(resolve))
      try {
        return await work()
      } finally {
        const woken = next()
        if (woken === undefined) running -= 1
        else woken()
      }
    },
  }
}
