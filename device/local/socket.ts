// The socket through which the command line talks to the agent, and with it the agent's hold on its folder: who listens there is the one
// agent. It is a path in a folder of mode 0700 and not an abstract name, since any user of the machine could take such a name first and
// keep the agent from starting; what a path costs, a stale one after a crash, is told apart by connecting to it.
import { chmod, link, rename, unlink } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { openFolder } from '#contract/files.ts'
import { openSocketAddress } from '#contract/local/address.ts'
import { askSocket } from '#contract/local/ask.ts'
import { createTalk } from '#contract/local/talk.ts'
import { seconds } from '#contract/time.ts'
import { reasonOf } from '../reason.ts'
import type { Answer } from './answers.ts'
import { ask, LONGEST_REPLY, reply, SOCKET } from './requests.ts'
import { finishReset } from './reset.ts'

/** Another agent has this folder. One line that says which. */
export class FolderHeld extends Error {
  override readonly name = 'FolderHeld'
}

export interface LocalSocket extends AsyncDisposable {
  /** Who answers from now on; until then every request hears that the agent is starting. */
  serve(answer: Answer): void
}

/** The owner alone connects, and asks one thing at a time: more than a few are a mistake. */
const MOST_CONNECTIONS = 16
/** How long a connection may say nothing, or not read what it was told. */
const IDLE = seconds(10)
/** For an agent that is there and hangs. */
const HOLDER_PATIENCE = seconds(2)
/** For the last answers, when the agent ends. */
const GOOD_BYE = seconds(1)

/**
 * Makes this process the one agent of `folder`. Rejects with `FolderHeld` where there is another. On a disk that takes no socket (full,
 * or only to be read) the agent goes on without: it is there to regulate.
 */
export async function holdFolder(options: {
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
}): Promise<LocalSocket> {
  const { folder, clock, log } = options
  await openFolder(folder)
  let answer: Answer = async () => ({ ok: false, because: 'the agent is starting' })
  const talk = createTalk({ ask, clock, idle: IDLE, answer: (request) => answer(request), reasonOf })
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => talk.with(socket))
  server.maxConnections = MOST_CONNECTIONS
  const address = await openSocketAddress(folder, SOCKET)
  try {
    await takeOver(server, address.path, { folder, clock })
    await chmod(address.path, 0o600)
  } catch (error) {
    if (error instanceof FolderHeld) {
      await address[Symbol.asyncDispose]()
      throw error
    }
    log.warn(
      { because: reasonOf(error) },
      'no local socket: the command line cannot reach this agent, nor can it keep another one out',
    )
  }
  if (await finishReset(folder)) log.warn('a factory reset had been cut short: it is finished')
  return {
    serve(next) {
      answer = next
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

interface Holding {
  readonly folder: string
  readonly clock: Clock
}

/** Listens at `path`, also where a process that is gone has left its socket. */
async function takeOver(server: Server, path: string, holding: Holding): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    if (await listens(server, path)) return
    if (await isAlive(path, holding)) continue
    // Two agents may find it dead at once, and one of them listen before the other removes it. So it is moved away before it is
    // removed, and asked again: a living one is put back.
    const aside = `${path}.${process.pid}`
    const isMoved = await rename(path, aside).then(() => true, isMissing)
    if (!isMoved) continue
    try {
      await isAlive(aside, holding)
    } catch (error) {
      await link(aside, path).catch(() => {})
      throw error
    } finally {
      await unlink(aside)
    }
  }
  throw new FolderHeld(`Cannot be the agent of ${holding.folder} as there must be one alone: others are starting too`)
}

const isMissing = (error: NodeJS.ErrnoException): false => {
  if (error.code === 'ENOENT') return false
  throw error
}

/** Whether it does now; false where something is there already. */
const listens = (server: Server, path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error))
    server.once('error', fail)
    server.listen(path, () => {
      server.off('error', fail)
      resolve(true)
    })
  })

/** False where nobody listens, true where nothing is. Throws `FolderHeld` where somebody does. */
async function isAlive(path: string, { folder, clock }: Holding): Promise<boolean> {
  const question = {
    ...{ path, ask: { request: 'status' }, reply, who: 'the agent' },
    ...{ clock, patience: HOLDER_PATIENCE, longest: LONGEST_REPLY },
  }
  const holder = await askSocket(question).catch((error: NodeJS.ErrnoException) => error.code ?? 'silent')
  if (holder === 'ECONNREFUSED') return false
  if (holder === 'ENOENT') return true
  const who = typeof holder === 'string' ? 'a process that does not answer' : `process ${holder.pid}`
  throw new FolderHeld(`Cannot be the agent of ${folder} as there must be one alone: ${who} is it`)
}
