// Parts on I2C: reading with an end, and starting again after a part was away.
import { after } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { i2cPart } from '../trouble.ts'
import { RETRY_AFTER, type Site } from './site.ts'

/** The plugin calls back only when there is something: nothing by now is nothing at all. */
const ANSWERS_WITHIN = seconds(2)

/** `register` undefined: a chip that has none. Rejects with a `BoardError`. */
export function readI2c(
  site: Site,
  {
    address,
    register,
    length,
  }: { readonly address: number; readonly register: number | undefined; readonly length: number },
): Promise<readonly number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
  const inTime = after(site.clock, ANSWERS_WITHIN, () =>
    reject(new BoardError('timed_out', `Cannot read ${i2cPart(site, address)} as it must answer: got nothing`)),
  )
  try {
    if (register === undefined) site.io.i2cReadOnce(address, length, resolve)
    else site.io.i2cReadOnce(address, register, length, resolve)
  } catch (error) {
    reject(error)
  }
  return promise.finally(inTime)
}

export const writeI2c = ({ io }: Site, address: number, bytes: readonly number[]): void => {
  io.i2cWrite(address, [...bytes])
}

/**
 * Keeps a part that is written to in order. `begin` sets it up: now, and each time it was away and is back, since it has forgotten
 * everything. `probe` writes something harmless, every ten seconds while it is away. Neither is called after it is disposed.
 */
export function keepUp(
  site: Site,
  address: number,
  { begin, probe }: { readonly begin: () => void; readonly probe: () => void },
): Disposable {
  const { clock, notices } = site
  const name = i2cPart(site, address)
  let later = () => {}

  const attempt = (action: () => void) => {
    try {
      action()
      notices.worked(name)
    } catch (error) {
      notices.failed(name, error)
    }
  }
  const tryLater = () => {
    later()
    later = after(clock, RETRY_AFTER, () => {
      attempt(probe)
      if (notices.isTroubled(name)) tryLater()
    })
  }
  const stopWatching = notices.watch((part, troubled) => {
    if (part !== name) return
    if (troubled) tryLater()
    else {
      later()
      attempt(begin)
    }
  })
  attempt(begin)
  return {
    [Symbol.dispose]() {
      stopWatching()
      later()
    },
  }
}
