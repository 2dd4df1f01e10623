// Where a mock hub listens: on this machine and nowhere else, since whoever reaches it may do anything with it.
import type { AddressInfo, Server } from 'node:net'
import { isLoopbackHost } from '#contract/settings.ts'

export interface Address {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** Reads `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`. `setting` is named when it is wrong. */
export function readAddress(text: string, setting: string): Address {
  const [, six, name, port] = /^(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = six ?? name
  if (host === undefined || !isLoopbackHost(host) || Number(port) > 65_535) {
    throw new RangeError(
      `Cannot use ${setting} as it must be a port of this machine's loopback such as 127.0.0.1:8080: got "${text}"`,
    )
  }
  return { host, port: Number(port) }
}

/** Resolves with the port. */
export function listen(server: Server, { host, port }: Address, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const because = cause.code === 'EADDRINUSE' ? 'another program has this port' : cause.message
      reject(new Error(`Cannot listen on ${host}:${port} (${setting}) as it must be free: ${because}`, { cause }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
