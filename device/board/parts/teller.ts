// What parts have to say before anybody listens waits until somebody does: a contact tells its state once.

export interface Teller<Reading> {
  tell(reading: Reading): void
  listen(hear: (reading: Reading) => void): void
}

export function createTeller<Reading>(): Teller<Reading> {
  const waiting: Reading[] = []
  let hear = (reading: Reading): void => void waiting.push(reading)
  return {
    tell: (reading) => hear(reading),
    listen(listener) {
      hear = listener
      for (const reading of waiting.splice(0)) listener(reading)
    },
  }
}
