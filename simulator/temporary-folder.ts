// A folder that lasts as long as whoever made it: gone when it is disposed, when the process exits, and at the latest when the next one is
// made after a process was killed by a signal, which runs nothing any more.
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder extends Disposable {
  readonly path: string
}

/** A process id means something on one machine only, and containers may share a folder for temporary files. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const made = new Set<string>()
const removeAll = () => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
  made.clear()
}

/**
 * Makes `<system's folder>/<purpose>-<machine>-<pid>-…`, mode 0700, and removes what dead processes of this machine and user left of the
 * same purpose.
 */
export function createTemporaryFolder(purpose: string): TemporaryFolder {
  const prefix = `${purpose}-${MACHINE}-`
  const path = makeIn(tmpdir(), prefix)
  if (made.size === 0) process.on('exit', removeAll)
  made.add(path)
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true })
      made.delete(path)
      if (made.size === 0) process.off('exit', removeAll)
    },
  }
}

function makeIn(folder: string, prefix: string): string {
  try {
    sweep(prefix)
    return mkdtempSync(join(folder, `${prefix}${process.pid}-`))
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : (cause as Error).message
    throw new Error(`Cannot make a temporary folder as ${folder} (TMPDIR) must be one that can be written: ${why}`, {
      cause,
    })
  }
}

function sweep(prefix: string): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1])
    const path = join(tmpdir(), name)
    if (pid > 0 && !isAlive(pid) && isOurs(path)) removeIfPossible(path)
  }
}

/** Somebody else may be sweeping too; and what cannot be removed is no reason not to start. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0: "no signal is sent, but existence and permission checks are still performed", kill(2).
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** A folder of ours, and no link to one. Where users have no numbers, as on Windows, each has a folder for temporary files to himself. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid())
}
