// Listening, and saying plainly why one cannot.
import type { AddressInfo, Server } from 'node:net'
import type { Address } from './tls/addresses.ts'

/** Resolves with the port. The error of a port in use names the setting and what to do. */
export function listen(server: Server, { host, port }: Address, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new Error(`Cannot listen on ${host}:${port} (${setting}) as ${reasonOf(cause)}`, { cause }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program has this port: stop it (is a hub running already?) or choose another port'
    case 'EACCES':
      return 'ports below 1024 need a right this user does not have: choose a higher one'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address'
    default:
      return message
  }
}

export const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
