// A port that is kept for somebody who is away: whoever knocks is turned away, and nobody else moves in.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { runOutside } from '../time/participant.ts'

/** Takes a port of this machine's loopback until it is disposed. */
export async function keepPort(port: number): Promise<AsyncDisposable> {
  const server = runOutside(() => createServer((socket) => socket.destroy()).listen(port, '127.0.0.1'))
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
