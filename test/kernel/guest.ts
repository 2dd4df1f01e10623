// A booted machine with a Raspberry Pi's header whose wires a test pulls and reads, and with programs that it starts and kills.
import type { Level } from '../../device/board/linux/gpio-abi.ts'
import type { Calls } from './guest/world.ts'
import { bootKernel, type Machine, type MachineOptions } from './kernel.ts'
import { guestProgram } from './programs.ts'

export type Fact = Readonly<Record<string, unknown>>

/** A program in the machine. */
export interface GuestProgram {
  readonly pid: number | undefined
  /** What it printed as JSON lines. */
  readonly facts: readonly Fact[]
  /** The first fact that has all of `wanted`, from the `from`th on; already printed or yet to come. */
  fact(wanted: Fact, from?: number): Promise<Fact>
  tell(message: object): Promise<void>
  signal(signal: NodeJS.Signals): Promise<void>
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface Guest extends AsyncDisposable {
  readonly machine: Machine
  readonly call: {
    readonly [Name in keyof Calls]: (...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>
  }
  start(name: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<GuestProgram>
}

interface Message {
  readonly id?: number
  readonly value?: unknown
  readonly error?: string
  readonly from?: string
  readonly line?: string
  readonly ended?: number | NodeJS.Signals
}

export const bootGuest = (options: Omit<MachineOptions, 'args' | 'timeTravel'> = {}): Promise<Guest> =>
  meetGuest(bootKernel({ ...options, args: [guestProgram('world')] }))

/** `machine` runs guest/world.ts. */
export async function meetGuest(machine: Machine): Promise<Guest> {
  const answers = new Map<number, (message: Message) => void>()
  const programs = new Map<string, (message: Message) => void>()
  let calls = 0
  machine.listen((line) => {
    const message = parse(line)
    if (message?.id !== undefined) answers.get(message.id)?.(message)
    if (message?.from !== undefined) programs.get(message.from)?.(message)
  })
  await machine.line(/"world".*"ready"/)

  const ask = (call: string, args: readonly unknown[]): Promise<unknown> => {
    calls += 1
    const id = calls
    const answer = new Promise((resolve, reject) => {
      answers.set(id, ({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))))
      void machine.ended.then(() => reject(new Error('the machine went off')))
    })
    machine.write(JSON.stringify({ id, call, args }))
    return answer
  }
  const call = new Proxy({} as Guest['call'], {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        ask(String(name), args),
  })

  return {
    machine,
    call,
    async start(name, args, env = {}) {
      const { facts, fact, ended, hear } = listen(name, machine)
      programs.set(name, hear)
      const pid = await call.start(name, args, env)
      return {
        pid,
        facts,
        fact,
        ended,
        tell: (message) => call.tell(name, JSON.stringify(message)),
        signal: (signal) => call.signal(name, signal),
      }
    },
    [Symbol.asyncDispose]: () => machine.kill(),
  }
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message
  } catch {
    return undefined
  }
}

function listen(name: string, machine: Machine) {
  const facts: Fact[] = []
  const waiting = new Set<() => void>()
  const { promise: ended, resolve } = Promise.withResolvers<number | NodeJS.Signals>()
  return {
    facts,
    ended,
    hear(message: Message) {
      if (message.ended !== undefined) resolve(message.ended)
      if (message.line !== undefined)
        facts.push(parse(message.line) === undefined ? { said: message.line } : (parse(message.line) as Fact))
      for (const look of waiting) look()
    },
    fact(wanted: Fact, from = 0): Promise<Fact> {
      return new Promise((resolve, reject) => {
        const over = AbortSignal.timeout(15_000)
        const look = () => {
          const found = facts
            .slice(from)
            .find((fact) => Object.entries(wanted).every(([key, value]) => fact[key] === value))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        over.addEventListener('abort', () =>
          reject(new Error(`${name} printed ${JSON.stringify(facts.slice(-8))}, not ${JSON.stringify(wanted)}`)),
        )
        void machine.ended.then(() => reject(new Error('the machine went off')))
        waiting.add(look)
        look()
      })
    },
  }
}

/** The 40-pin header, simulated by the kernel: what the test does at the other end of the wires. */
export interface Header {
  /** Drives an input as a button or a sensor would. */
  pull(line: number, level: Level): Promise<void>
  /** What the wire of an output is at. */
  level(line: number): Promise<Level>
  /** Resolves when the wire is at `level`. */
  reaches(line: number, level: Level): Promise<void>
}

export async function plugHeader({ call }: Guest, label = 'pinctrl-bcm2835'): Promise<Header> {
  const config = `/sys/kernel/config/gpio-sim/${label}`
  await call.makeFolder(`${config}/bank0`)
  await call.write(`${config}/bank0/num_lines`, '54')
  await call.write(`${config}/bank0/label`, label)
  await call.write(`${config}/live`, '1')
  const lines = `/sys/devices/platform/${await call.read(`${config}/dev_name`)}/${await call.read(`${config}/bank0/chip_name`)}`
  const level = async (line: number): Promise<Level> =>
    (await call.read(`${lines}/sim_gpio${line}/value`)) === '1' ? 1 : 0
  return {
    pull: (line, level) => call.write(`${lines}/sim_gpio${line}/pull`, level === 1 ? 'pull-up' : 'pull-down'),
    level,
    async reaches(line, wanted) {
      const deadline = performance.now() + 15_000
      while ((await level(line)) !== wanted) {
        if (performance.now() > deadline) throw new Error(`waited 15 s for line ${line} to be ${wanted}`)
      }
    },
  }
}

/** TMP102: sixteenths of a degree in the upper twelve of two bytes. */
export function tmp102Bytes(celsius: number): readonly number[] {
  const raw = Math.round(celsius * 16) << 4
  return [(raw >> 8) & 0xff, raw & 0xff]
}
