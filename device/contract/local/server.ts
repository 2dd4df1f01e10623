// A program's own end of its local socket: for processes of the same user, a few at once, and gone with the program.
import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import type * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { openSocketAddress } from './address.ts'
import { createTalk, type TalkReply } from './talk.ts'

/** The owner alone connects, and asks one thing at a time: more than a few are a mistake. */
const MOST_CONNECTIONS = 16
/** How long a connection may say nothing, or not read what it was told. */
const IDLE = seconds(10)
/** For the last answers, when the program ends. */
const GOOD_BYE = seconds(1)

export interface LocalServer extends AsyncDisposable {
  /** Where `listen` puts the socket. */
  readonly path: string
  /** Rejects with the system's error: nothing may be at `path`. */
  listen(): Promise<void>
}

export async function createLocalServer<Ask>(options: {
  readonly folder: string
  readonly name: string
  /** How to read what is asked. */
  readonly ask: v.GenericSchema<unknown, Ask>
  readonly answer: (ask: Ask) => Promise<TalkReply>
  /** What is said of an answer that failed. */
  readonly reasonOf: (error: unknown) => string
  readonly clock: Clock
}): Promise<LocalServer> {
  const { folder, name, clock, ...conversation } = options
  const talk = createTalk({ ...conversation, clock, idle: IDLE })
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => talk.with(socket))
  server.maxConnections = MOST_CONNECTIONS
  const address = await openSocketAddress(folder, name)
  return {
    path: address.path,
    async listen() {
      await listenAt(server, address.path)
      await chmod(address.path, 0o600)
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.race([talk.end(), clock.sleep(GOOD_BYE)])
      talk.cut()
      await closed
      await address[Symbol.asyncDispose]()
    },
  }
}

/** Rejects with the system's error, `EADDRINUSE` where something is there. */
export function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
