// One process that runs a program's main file again and again: starting Node and reading the sources costs a second of processor each
// time, and what a program says of a wrong flag is the same without. That a real process ends with these codes is proved beside it.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const RUNNER = fileURLToPath(new URL('again-runner.ts', import.meta.url))
/** Where the launcher keeps what it has read: programs that are started without it read it from there as well. */
export const COMPILED = fileURLToPath(new URL('../node_modules/.cache/latchkey', import.meta.url))

export interface Given {
  readonly args: readonly string[]
  /** All of it, besides what every program has. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** As a process would have ended: its code, and what it wrote. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Again extends AsyncDisposable {
  /** One after the other, as they all have the one process. */
  run(given: Given): Promise<Ended>
}

/** `main` is a file of ours that ends with `runProgram`, such as `hub/main.ts`. */
export function openAgain(main: string): Again {
  const file = fileURLToPath(new URL(`../${main}`, import.meta.url))
  const own = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_NO_WARNINGS: '1' }
  const child = fork(RUNNER, [file], { execArgv: [], env: { ...own, NODE_COMPILE_CACHE: COMPILED } })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let last: Promise<unknown> = Promise.resolve()
  const runNow = ({ args, env = {}, cwd = process.cwd() }: Given) =>
    new Promise<Ended>((resolve, reject) => {
      const lost = () => reject(new Error(`${main} ended the process it was run in: ${args.join(' ')}`))
      child.once('exit', lost)
      child.once('message', (ended) => {
        child.off('exit', lost)
        resolve(ended as Ended)
      })
      child.send({ args, env: { ...own, ...env }, cwd })
    })
  return {
    run(given) {
      const ended = last.then(() => runNow(given))
      last = ended.catch(() => {})
      return ended
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
