// Every state a folder goes through: what a power cut between any two file-system calls would leave. Node tells of each request to the
// disk before it is made (`async_hooks`), as the simulator's power cut does; here each of them leaves a copy, in one run.
import { createHook } from 'node:async_hooks'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DiskState {
  readonly folder: string
  /** What `mark` last said when it was so. */
  readonly mark: string
}

export interface Recording {
  readonly states: readonly DiskState[]
  mark(what: string): void
  stop(): void
}

/** Copies `folder` into `into` before every request of this process in which it has changed, and once more at the end. */
export function recordDiskStates(folder: string, into: string): Recording {
  const states: DiskState[] = []
  let mark = 'begun'
  let last: string | undefined
  const look = (): void => {
    const now = existsSync(folder) ? fingerprint(folder) : 'no folder'
    if (now === last) return
    last = now
    const copy = join(into, `state-${states.length}`)
    if (now !== 'no folder') cpSync(folder, copy, { recursive: true, filter: (file) => !file.endsWith('.sock') })
    states.push({ folder: copy, mark })
  }
  const hook = createHook({
    init(_id, type) {
      if (/^(FSREQ|FILEHANDLECLOSEREQ)/.test(type)) look()
    },
  }).enable()
  return {
    states,
    mark(what) {
      look()
      mark = what
    },
    stop() {
      hook.disable()
      look()
    },
  }
}

const fingerprint = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${name}:${readFileSync(join(folder, name), 'base64')}`)
    .toSorted()
    .join()
