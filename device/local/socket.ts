// The socket through which the command line talks to the agent, and with it the agent's hold on its folder: who listens there is the one
// agent. It is a path in a folder of mode 0700 and not an abstract name, since any user of the machine could take such a name first and
// keep the agent from starting; what a path costs, a stale one after a crash, is told apart by connecting to it.
import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { openFolder } from '#contract/files.ts'
import { askSocket } from '#contract/local/ask.ts'
import { createLocalServer, type LocalServer } from '#contract/local/server.ts'
import { seconds } from '#contract/time.ts'
import { reasonOf } from '../reason.ts'
import type { Answer } from './answers.ts'
import { type Ask, ask, LONGEST_REPLY, reply, SOCKET } from './requests.ts'
import { finishReset } from './reset.ts'
import { NoTurn, takeTurn } from './turn.ts'

/** Another agent has this folder. One line that says which. */
export class FolderHeld extends Error {
  override readonly name = 'FolderHeld'
}

export interface LocalSocket extends AsyncDisposable {
  /** Who answers from now on; until then every request hears that the agent is starting. */
  serve(answer: Answer): void
}

/** For an agent that is there and hangs. */
const HOLDER_PATIENCE = seconds(2)
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
  const server = await createLocalServer({
    ...{ folder, name: SOCKET, ask, clock, reasonOf },
    answer: (request: Ask) => answer(request),
  })
  try {
    await takeOver(server, { folder, clock })
  } catch (error) {
    if (error instanceof FolderHeld) {
      await server[Symbol.asyncDispose]()
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
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Holding {
  readonly folder: string
  readonly clock: Clock
}

/** Listens, also where a process that is gone has left its socket. */
async function takeOver(server: LocalServer, holding: Holding): Promise<void> {
  const { folder, clock } = holding
  await takeTurn(server.path, clock, async () => {
    await refuseIfHeld(server.path, holding)
    await rm(server.path, { force: true })
    await server.listen()
  }).catch((error) => {
    if (!(error instanceof NoTurn)) throw error
    throw new FolderHeld(`Cannot be the agent of ${folder} as there must be one alone: others are starting too`)
  })
}

/** Throws `FolderHeld` where somebody listens. */
async function refuseIfHeld(path: string, { folder, clock }: Holding): Promise<void> {
  const question = {
    ...{ path, ask: { request: 'status' }, reply, who: 'the agent' },
    ...{ clock, patience: HOLDER_PATIENCE, longest: LONGEST_REPLY },
  }
  const holder = await askSocket(question).catch((error: NodeJS.ErrnoException) => error.code ?? 'silent')
  if (holder === 'ECONNREFUSED' || holder === 'ENOENT') return
  const who = typeof holder === 'string' ? 'a process that does not answer' : `process ${holder.pid}`
  throw new FolderHeld(`Cannot be the agent of ${folder} as there must be one alone: ${who} is it`)
}
