// Asking a running agent, from another process of the same user.
import { connect, type Socket } from 'node:net'
import { after, type Clock } from '#contract/clock.ts'
import { FileError } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { openSocketAddress } from './address.ts'
import { type Ask, LONGEST_REPLY, type Reply, reply } from './requests.ts'

/** Longer than an agent waits for its hub. */
const PATIENCE = seconds(40)

/** Rejects with a `FileError` when no agent holds `folder`. */
export async function askAgent(folder: string, ask: Ask, clock: Clock): Promise<Reply> {
  await using address = await openSocketAddress(folder).catch(fail(folder))
  return askSocket({ path: address.path, ask, clock, patience: PATIENCE }).catch(fail(folder))
}

const fail =
  (folder: string) =>
  (cause: NodeJS.ErrnoException): never => {
    throw new FileError(`Cannot ask the agent of ${folder} as ${whyNot(cause)}`, { cause })
  }

/** No socket, or one that an agent left that was killed, is no agent. */
function whyNot({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return 'it must be running: got none there. Does --data name its folder?'
    case 'EACCES':
      return 'only its own user and root may: use sudo'
    default:
      return `it must answer: ${message}`
  }
}

export interface Question {
  readonly path: string
  readonly ask: Ask
  readonly clock: Clock
  readonly patience: Millis
}

/** Rejects with the system's error, or when no answer came in time. */
export async function askSocket({ path, ask, clock, patience }: Question): Promise<Reply> {
  const socket = connect(path).setEncoding('utf8')
  const late = after(clock, patience, () => socket.destroy(new Error(`no answer within ${patience / 1000} s`)))
  try {
    socket.write(`${JSON.stringify(ask)}\n`)
    return decodeJson(reply, await firstLine(socket), 'the answer of the agent')
  } finally {
    late()
    socket.destroy()
  }
}

async function firstLine(socket: Socket): Promise<string> {
  let text = ''
  for await (const part of socket) {
    text += part
    const end = text.indexOf('\n')
    if (end >= 0) return text.slice(0, end)
    if (text.length > LONGEST_REPLY) break
  }
  throw new Error('it answered something else')
}
