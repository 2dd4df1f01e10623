// In the machine, the test's hands: what a person would do to the wires and the shell. Calls come as JSON lines on stdin.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { systemClock } from '#contract/clock.ts'
import { openI2c } from '../../../device/board/linux/i2c.ts'

/** What the test may ask for; each answer is `{"id": …, "value": …}` or `{"id": …, "error": …}`. */
export interface Calls {
  read(path: string): string
  write(path: string, text: string): void
  makeFolder(path: string): void
  /** Sets a simulated I2C device's registers from `register` on. */
  setRegisters(address: number, register: number, bytes: readonly number[]): void
  /** Starts a program of Node's, and answers its process id; what it prints comes as `{"from": name, "line": …}`, its end as `{"from": name, "ended": …}`. */
  start(name: string, args: readonly string[], env: Readonly<Record<string, string>>): number | undefined
  /** Types a line at a started program. */
  tell(name: string, line: string): void
  signal(name: string, signal: NodeJS.Signals): void
}

const print = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)
const programs = new Map<string, ChildProcess>()
const bus = openI2c({ bus: 0, clock: systemClock })

const calls: Calls = {
  read: (path) => readFileSync(path, 'utf8').trim(),
  write: (path, text) => writeFileSync(path, text),
  makeFolder: (path) => void mkdirSync(path, { recursive: true }),
  setRegisters: (address, register, bytes) => bus.write(address, [register, ...bytes]),
  start(name, args, env) {
    const child = spawn(process.execPath, ['--no-warnings', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => print({ from: name, line }))
    }
    child.once('close', (code, signal) => print({ from: name, ended: code ?? signal }))
    programs.set(name, child)
    return child.pid
  },
  tell: (name, line) => void programs.get(name)?.stdin?.write(`${line}\n`),
  signal: (name, signal) => void programs.get(name)?.kill(signal),
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, call, args } = JSON.parse(line) as { id: number; call: keyof Calls; args: never[] }
  try {
    const value = (calls[call] as (...args: never[]) => unknown)(...args)
    print({ id, value })
  } catch (error) {
    print({ id, error: String(error) })
  }
})
print({ from: 'world', line: 'ready' })
