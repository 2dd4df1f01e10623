// How many connections a listener holds, and how many of them one address may have: whoever opens them without end leaves room for others.
import type { Server, Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, minutes } from '#contract/time.ts'
import { countedAs, isLoopback } from './address.ts'

/** Whoever goes on is one line of the log in this time, and not one a connection. */
const TELL_EVERY = minutes(10)

/** Closes at once what is above the bounds. Before its own listener for connections, where `server` has one that can take them closed. */
export function boundConnections<S extends Server>(
  server: S,
  options: {
    readonly most: number
    readonly perAddress: number
    /** What it is called in the log. */
    readonly listener: string
    readonly clock: Clock
    readonly log: Logger
  },
): S {
  const { most, perAddress, listener, clock, log } = options
  const places = createPlaces(perAddress)
  let quietUntil: Millis | undefined
  server.maxConnections = most
  server.on('connection', (socket: Socket) => {
    const { remoteAddress: address } = socket
    // Gone before it was taken.
    if (address === undefined) return
    if (places.take(address)) {
      socket.once('close', () => places.leave(address))
      return
    }
    socket.destroy()
    if (quietUntil !== undefined && clock.uptime() < quietUntil) return
    quietUntil = millis(clock.uptime() + TELL_EVERY)
    log.warn({ listener, address, connections: perAddress }, 'connections refused as one address has too many')
  })
  return server
}

export interface Places {
  /** False where `address` has all that it may: it gets none, and has none to leave. */
  take(address: string): boolean
  leave(address: string): void
}

/** Loopback addresses have as many as they want: a reverse proxy stands there for everybody. */
export function createPlaces(perAddress: number): Places {
  const taken = new Map<string, number>()
  return {
    take(address) {
      if (isLoopback(address)) return true
      const key = countedAs(address)
      const count = taken.get(key) ?? 0
      if (count >= perAddress) return false
      taken.set(key, count + 1)
      return true
    },
    leave(address) {
      const key = countedAs(address)
      const count = (taken.get(key) ?? 0) - 1
      if (count > 0) taken.set(key, count)
      else taken.delete(key)
    },
  }
}
