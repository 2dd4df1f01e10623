// The real programs as real processes.
import { type ChildProcess, spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

const LAUNCHER = fileURLToPath(new URL('../simulator/latchkey.mjs', import.meta.url))

export type Fact = Readonly<Record<string, unknown>>

export interface Program extends AsyncDisposable {
  readonly process: ChildProcess
  /** What it printed as JSON lines. */
  readonly facts: readonly Fact[]
  readonly stderr: () => string
  /** The newest fact that matches. */
  fact(matches: (fact: Fact) => boolean, what: string): Promise<Fact>
  /** Resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Starts `latchkey <args> --json`; `input` is what somebody types. */
export const startProgram = (args: readonly string[], env: Record<string, string> = {}, input?: string): Program =>
  startNode([LAUNCHER, ...args], env, input)

/** Starts `node <args> --json`. */
export function startNode(args: readonly string[], env: Record<string, string> = {}, input?: string): Program {
  const child = spawn(process.execPath, [...args, '--json'], {
    stdio: 'pipe',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_NO_WARNINGS: '1', ...env },
  })
  child.stdin.end(input)
  const facts: Fact[] = []
  let line = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = lines.pop() ?? ''
    for (const whole of lines) facts.push(JSON.parse(whole) as Fact)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  return {
    process: child,
    facts,
    stderr: () => stderr,
    fact: (matches, what) =>
      until(
        () => facts.findLast(matches),
        `${what}; printed ${JSON.stringify(facts.at(-1))} and ${stderr.slice(-400)}`,
      ),
    end,
    async [Symbol.asyncDispose]() {
      // A frozen process hears nothing but SIGKILL.
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL')
    },
  }
}

/** A port that was free a moment ago: for programs that must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
