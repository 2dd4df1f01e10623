// Work that must not overlap: on one disk, one bus, one state.

export interface Queue {
  /** Runs `job` when those before it have ended. Settles as it does; one that fails fails alone. */
  add<T>(job: () => T | Promise<T>): Promise<T>
  /** Resolves when everything added so far has ended. Never rejects. */
  idle(): Promise<void>
}

export function createQueue(): Queue {
  let last: Promise<void> = Promise.resolve()
  const nothing = () => {}
  return {
    add(job) {
      const result = last.then(job)
      last = result.then(nothing, nothing)
      return result
    },
    idle: () => last,
  }
}
