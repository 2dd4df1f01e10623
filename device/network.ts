// How a device reaches its hub. The machine's own network, unless something else is put in its place: the simulator puts a house's.
import type { Duplex } from 'node:stream'

export interface Network {
  /** Carries one HTTP exchange. `send` does it over the machine's network; it is let through, refused, or kept waiting until `signal`. */
  exchange(url: URL, send: () => Promise<Response>, signal: AbortSignal): Promise<Response>
  /** Opens a stream of bytes to the broker. */
  connect(url: URL): Duplex
}
