// Asking the hub of a folder: the one that runs, or else what it left there.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import type { Clock } from '#contract/clock.ts'
import { FileError } from '#contract/files.ts'
import { openSocketAddress } from '#contract/local/address.ts'
import { askSocket } from '#contract/local/ask.ts'
import { seconds } from '#contract/time.ts'
import { type Ask, LONGEST_REPLY, type Reply, reply, SOCKET } from './requests.ts'

/** A Pi takes some seconds for an RSA key. */
const PATIENCE = seconds(60)

/** Rejects with a `FileError` where there is neither. */
export async function askHub(folder: string, ask: Ask, clock: Clock): Promise<Reply> {
  const isHub = await stat(join(folder, 'latchkey.db')).then(
    (found) => found.isFile(),
    () => false,
  )
  if (!isHub) {
    throw new FileError(`Cannot find a hub in ${folder} as one must have been started there: name its data with --data`)
  }
  await using address = await openSocketAddress(folder, SOCKET)
  const question = { path: address.path, ask, reply, who: 'the hub', clock, patience: PATIENCE, longest: LONGEST_REPLY }
  try {
    return await askSocket(question)
  } catch (error) {
    if (isNobody(error)) return askFolder(folder, ask, clock)
    const reason = error instanceof Error ? error.message : String(error)
    throw new FileError(`Cannot ask the hub of ${folder} as it must answer: ${reason}`, { cause: error })
  }
}

const isNobody = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')

/** Nobody is connected, so what ends needs no more than to be written down. A hub that starts meanwhile shares the database. */
async function askFolder(folder: string, ask: Ask, clock: Clock): Promise<Reply> {
  const [
    { openDatabase },
    { createAccounts },
    { createAppPasswords },
    { createAudit },
    keyRoom,
    { answerFor },
    limits,
  ] = await Promise.all([
    import('../store/database.ts'),
    import('../authorization/people/accounts.ts'),
    import('../authorization/app-passwords.ts'),
    import('../authorization/audit/audit.ts'),
    import('../authorization/keys/keys.ts'),
    import('./answers.ts'),
    import('../authorization/lifetimes.ts'),
  ])
  using stack = new DisposableStack()
  const database = stack.adopt(openDatabase(folder), (opened) => opened.close())
  const log = pino({ level: 'silent' })
  const accounts = createAccounts(database, clock)
  const answer = answerFor({
    accounts,
    appPasswords: createAppPasswords({ database, accounts, clock, log, onEnded: () => {} }),
    audit: stack.use(createAudit(database, clock, log)),
    keys: await keyRoom.openKeys(folder, { clock, tokenLifetime: limits.ACCESS_TOKEN_LIFETIME }),
    isConnected: () => false,
    followKeys: () => {},
    endTokens: () => {},
  })
  return { pid: process.pid, ...(await answer(ask)) }
}
