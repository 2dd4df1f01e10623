// The other side of own-hub/main.ts: starts a hub for the fleet, and ends it.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { decode } from '#contract/parse.ts'
import { type Millis, seconds } from '#contract/time.ts'

export interface OwnHub extends AsyncDisposable {
  readonly issuer: URL
  readonly ownerLink: URL
  readonly pid: number
  /** Resolves when its process has ended, asked or not. */
  readonly ended: Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./own-hub/main.ts', import.meta.url))
const STRIP_TYPES = new URL('../strip-types.mjs', import.meta.url).href
/** A hub with thousands of connections closes each of them. */
const END_WITHIN = seconds(15)

const ready = v.object({ type: v.literal('ready'), url: v.string(), ownerLink: v.string() })

/** Rejects when the hub does not start; what it had to say is on standard error then. */
export async function startOwnHub(options: {
  readonly clock: Clock
  readonly log: string
  readonly tokenLifetime: Millis | undefined
}): Promise<OwnHub> {
  const { clock, log, tokenLifetime } = options
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-fleet-'))
  const child = fork(PROGRAM, [JSON.stringify({ folder, log, tokenLifetime })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // As `latchkey hub` runs.
    execArgv: ['--max-semi-space-size=4', '--import', STRIP_TYPES],
    // biome-ignore lint/style/noProcessEnv: nothing is read of it, it is handed on.
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    const tooLate = after(clock, END_WITHIN, () => child.kill('SIGKILL'))
    await ended
    tooLate()
    // A hub that ended politely has done so itself.
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { url, ownerLink } = decode(ready, await firstWord(child), 'the first word of the hub')
    if (child.pid === undefined) throw new Error('Cannot measure the hub as its process must have an id: got none')
    const hub = { issuer: new URL(url), ownerLink: new URL(ownerLink), pid: child.pid }
    return { ...hub, ended, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

const firstWord = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      reject(new Error(`Cannot use a hub of its own as it must start: got exit ${code ?? signal}`))
    })
  })
