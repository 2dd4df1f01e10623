// Asking a running agent, from another process of the same user.
import type { Clock } from '#contract/clock.ts'
import { FileError } from '#contract/files.ts'
import { openSocketAddress } from '#contract/local/address.ts'
import { askSocket } from '#contract/local/ask.ts'
import { seconds } from '#contract/time.ts'
import { type Ask, LONGEST_REPLY, type Reply, reply, SOCKET } from './requests.ts'

/** Longer than an agent waits for its hub. */
const PATIENCE = seconds(40)

/** Rejects with a `FileError` when no agent holds `folder`. */
export async function askAgent(folder: string, ask: Ask, clock: Clock): Promise<Reply> {
  await using address = await openSocketAddress(folder, SOCKET).catch(fail(folder))
  const { path } = address
  const question = { path, ask, reply, who: 'the agent', clock, patience: PATIENCE, longest: LONGEST_REPLY }
  return askSocket(question).catch(fail(folder))
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
