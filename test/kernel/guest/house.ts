// In the machine, what a story there has at hand: the wires of a header, a thermometer behind a kernel driver, and programs. For stories
// on a clock that jumps, to which nobody outside can talk.
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { seconds } from '#contract/time.ts'
import type { Level } from '../../../device/board/linux/gpio-abi.ts'
import { I2C_SMBUS } from '../../../device/board/linux/i2c-abi.ts'
import { addressOf, ioctl } from '../../../device/board/linux/ioctl.ts'
import { until } from '../../until.ts'

export type Fact = Readonly<Record<string, unknown>>

/** What the test outside hears of. */
export const say = (fact: Fact) => void process.stdout.write(`${JSON.stringify(fact)}\n`)

/** Ends the machine when the story has ended; says why, when it could not go on. */
export async function tellStory(story: () => Promise<void>): Promise<never> {
  try {
    await story()
    process.exit(0)
  } catch (error) {
    say({ failed: error instanceof Error ? error.stack : String(error) })
    process.exit(1)
  }
}

export interface Wire {
  level(): Level
  /** Drives an input as a button or a contact would. */
  pull(level: Level): void
}

/** Makes the chip of the header, and returns how to get at one of its lines. */
export function plugHeader(label = 'pinctrl-bcm2835'): (line: number) => Wire {
  const config = `/sys/kernel/config/gpio-sim/${label}`
  mkdirSync(`${config}/bank0`, { recursive: true })
  writeFileSync(`${config}/bank0/num_lines`, '54')
  writeFileSync(`${config}/bank0/label`, label)
  writeFileSync(`${config}/live`, '1')
  const name = (file: string) => readFileSync(`${config}/${file}`, 'utf8').trim()
  const lines = `/sys/devices/platform/${name('dev_name')}/${name('bank0/chip_name')}`
  return (line) => ({
    level: () => (readFileSync(`${lines}/sim_gpio${line}/value`, 'utf8').trim() === '1' ? 1 : 0),
    pull: (level) => writeFileSync(`${lines}/sim_gpio${line}/pull`, level === 1 ? 'pull-up' : 'pull-down'),
  })
}

export interface Thermometer {
  /** What it measures from now on, in halves of a degree. */
  set(celsius: number): void
  /** Gives it to the kernel's driver, or takes it away as a broken wire does. */
  bind(): void
  unbind(): void
}

const LM75 = 0x48
/** As I2C_SLAVE, and also where a kernel driver has the device. */
const I2C_SLAVE_FORCE = 0x0706
const SMBUS_WORD_DATA = 3

/** An LM75 on the simulated bus, not bound yet. */
export function solderThermometer(): Thermometer {
  const fd = openSync('/dev/i2c-0', 'r+')
  ioctl(fd, I2C_SLAVE_FORCE, LM75, 'I2C_SLAVE_FORCE')
  return {
    set(celsius) {
      // struct i2c_smbus_ioctl_data that writes the word of register 0, which it points at; the chip has its high byte first.
      const call = Buffer.alloc(32)
      call.writeUInt32LE(SMBUS_WORD_DATA, 4)
      call.writeBigUInt64LE(addressOf(call) + 16n, 8)
      call.writeInt16BE(Math.round(celsius * 2) << 7, 16)
      ioctl(fd, I2C_SMBUS, call, 'I2C_SMBUS')
    },
    bind: () => writeFileSync('/sys/bus/i2c/devices/i2c-0/new_device', `lm75 0x${LM75.toString(16)}`),
    unbind: () => writeFileSync('/sys/bus/i2c/devices/i2c-0/delete_device', `0x${LM75.toString(16)}`),
  }
}

export interface Program {
  /** What it printed as JSON lines, on both of its outputs; what is no JSON is `{ said }`. */
  readonly facts: readonly Fact[]
  /** The first fact from the `from`th on that has all of `wanted`, already printed or yet to come within a minute. */
  fact(wanted: Fact, from?: number): Promise<Fact>
  tell(message: object): void
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<number | NodeJS.Signals>
}

/** `args` begins with the program's path. */
export function startProgram(...args: readonly string[]): Program {
  const child = spawn(process.execPath, ['--no-warnings', ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const facts: Fact[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => facts.push(parse(line)))
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1))
  })
  return {
    facts,
    ended,
    fact: (wanted, from = 0) =>
      until(
        () => facts.slice(from).find((fact) => hasAll(fact, wanted)),
        `${JSON.stringify(wanted)} of ${args.join(' ')}`,
        seconds(60),
      ).catch((cause: Error) => {
        throw new Error(`${cause.message}: it printed ${JSON.stringify(facts.slice(-8))}`, { cause })
      }),
    tell: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    signal: (signal) => void child.kill(signal),
  }
}

export const hasAll = (fact: Fact, wanted: Fact): boolean =>
  Object.entries(wanted).every(([key, value]) => fact[key] === value)

function parse(line: string): Fact {
  try {
    return JSON.parse(line) as Fact
  } catch {
    return { said: line }
  }
}
