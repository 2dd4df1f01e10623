// The socket through which the command line talks to the hub that runs.
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { openSocketAddress } from '#contract/local/address.ts'
import { createTalk } from '#contract/local/talk.ts'
import { seconds } from '#contract/time.ts'
import type { Answer } from './answers.ts'
import { ask, SOCKET } from './requests.ts'

const MOST_CONNECTIONS = 16
/** How long a connection may say nothing, or not read what it was told. */
const IDLE = seconds(10)
/** For the last answers, when the hub ends. */
const GOOD_BYE = seconds(1)

/**
 * Answers in `folder` until it is disposed. To be called by the one hub of the folder, which the broker's lock makes sure of: a socket
 * that is there was left by one that is gone. A disk that takes none costs the command line and not the hub.
 */
export async function serveControl(options: {
  readonly folder: string
  readonly answer: Answer
  readonly clock: Clock
  readonly log: Logger
}): Promise<AsyncDisposable> {
  const { folder, answer, clock, log } = options
  const talk = createTalk({ ask, clock, idle: IDLE, answer, reasonOf })
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => talk.with(socket))
  server.maxConnections = MOST_CONNECTIONS
  const address = await openSocketAddress(folder, SOCKET)
  try {
    await rm(address.path, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(address.path, () => {
        server.off('error', reject)
        resolve()
      })
    })
    await chmod(address.path, 0o600)
  } catch (err) {
    log.warn({ err }, 'no control socket: the command line cannot reach this hub')
  }
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.race([talk.end(), clock.sleep(GOOD_BYE)])
      talk.cut()
      await closed
      await address[Symbol.asyncDispose]()
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown failure')
