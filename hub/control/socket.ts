// The socket through which the command line talks to the hub that runs.
import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { createLocalServer } from '#contract/local/server.ts'
import type { Answer } from './answers.ts'
import { ask, SOCKET } from './requests.ts'

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
  const server = await createLocalServer({ folder, name: SOCKET, ask, answer, clock, reasonOf })
  try {
    await rm(server.path, { force: true })
    await server.listen()
  } catch (err) {
    log.warn({ err }, 'no control socket: the command line cannot reach this hub')
  }
  return server
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown failure')
