// A Raspberry Pi 3 emulated by QEMU, with Debian's stock kernel: the real driver of its GPIO, whose registers are looked at from outside.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Level } from '../../device/board/linux/gpio-abi.ts'
import { type Machine, watchMachine } from '../kernel/kernel.ts'
import { until } from '../until.ts'
import { archiveOf, type Entry } from './archive.ts'
import { buildPrograms } from './programs.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const QEMU = 'qemu-system-aarch64'

export interface Pin {
  readonly output: boolean
  readonly level: Level
}

export interface Raspi extends Machine {
  /** What GPIO`number` is, by the registers of its chip. */
  pin(number: number): Promise<Pin>
}

/** Fetches what is missing, which takes a minute once; boots in half a minute. */
export async function bootRaspi(): Promise<Raspi> {
  const fetched = execFileSync(path('fetch.sh'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-raspi-'))
  await buildPrograms(join(folder, 'programs'))
  writeFileSync(join(folder, 'initramfs'), archiveOf(rootOf(fetched, join(folder, 'programs'))))
  const socket = join(folder, 'qmp')
  const child = spawn(
    QEMU,
    [
      ...['-machine', 'raspi3b', '-kernel', join(fetched, 'vmlinuz'), '-dtb', join(fetched, 'board.dtb')],
      ...['-initrd', join(folder, 'initramfs'), '-append', 'console=ttyS1,115200 quiet loglevel=3 panic=-1'],
      // The second serial port: of the first one the kernel makes the line to the Bluetooth chip, which hears nothing we type.
      ...['-serial', 'null', '-serial', 'stdio'],
      ...['-display', 'none', '-no-reboot', '-qmp', `unix:${socket},server=on,wait=off`],
    ],
    { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const machine = watchMachine(child, () => rmSync(folder, { recursive: true, force: true }))
  try {
    await until(() => existsSync(socket), `${QEMU} to start`)
    const qmp = await openQmp(socket)
    void machine.ended.then(() => qmp.close())
    return { ...machine, pin: createPins(qmp) }
  } catch (error) {
    await machine.kill()
    throw error
  }
}

const GPIO = 0x3f20_0000

/** BCM2835 ARM Peripherals, 6.1: GPFSEL0 and on have three bits for each pin, where 1 is output; GPLEV0 has one. */
function createPins(qmp: Qmp): Raspi['pin'] {
  const register = async (address: number): Promise<number> => {
    const line = await qmp.human(`xp /1wx 0x${address.toString(16)}`)
    return Number(/: (0x[0-9a-f]{8})/.exec(line)?.[1])
  }
  return async (number) => {
    const functions = await register(GPIO + 4 * Math.floor(number / 10))
    const levels = await register(GPIO + 0x34)
    return { output: ((functions >>> (3 * (number % 10))) & 7) === 1, level: (levels >>> number) & 1 ? 1 : 0 }
  }
}

/** The whole file system of the machine. */
function rootOf(fetched: string, programs: string): ReadonlyMap<string, Entry> {
  const root = new Map<string, Entry>([
    ['dev', { type: 'folder' }],
    // The kernel opens it for the first program, before anything is mounted.
    ['dev/console', { type: 'device', major: 5, minor: 1 }],
    ['init', { type: 'file', content: Buffer.from("#!/bin/node\nimport('/latchkey/main.mjs')\n"), executable: true }],
  ])
  add(root, '', join(fetched, 'root'))
  add(root, 'latchkey', programs)
  add(root, 'latchkey/node_modules/@koromix/koffi-linux-arm64', join(fetched, 'koffi'))
  add(root, 'latchkey/node_modules/koffi', path('../../node_modules/koffi'))
  return root
}

function add(root: Map<string, Entry>, target: string, source: string): void {
  if (target !== '') addFolder(root, target)
  for (const name of readdirSync(source)) {
    const [from, to] = [join(source, name), target === '' ? name : `${target}/${name}`]
    const { mode } = statSync(from)
    if (statSync(from).isDirectory()) add(root, to, from)
    else root.set(to, { type: 'file', content: readFileSync(from), executable: (mode & 0o111) !== 0 })
  }
}

function addFolder(root: Map<string, Entry>, folder: string): void {
  const parts = folder.split('/')
  for (const index of parts.keys()) root.set(parts.slice(0, index + 1).join('/'), { type: 'folder' })
}

/** QEMU's own console: docs/interop/qmp-spec. One question at a time. */
interface Qmp {
  human(line: string): Promise<string>
  close(): void
}

async function openQmp(path: string): Promise<Qmp> {
  const socket = connect(path)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    for (;;) {
      const { value = '{}', done } = await lines.next()
      const message = JSON.parse(value) as { readonly return?: unknown; readonly error?: unknown }
      if (message.return !== undefined) return String(message.return)
      if (message.error !== undefined || done === true) throw new Error(`Cannot ask QEMU: got ${value}`)
    }
  }
  const ask = (execute: string, args?: object) => {
    socket.write(JSON.stringify({ execute, ...(args !== undefined && { arguments: args }) }))
    return answer()
  }
  await ask('qmp_capabilities')
  let last: Promise<unknown> = Promise.resolve()
  return {
    human(line: string): Promise<string> {
      const asked = last.then(() => ask('human-monitor-command', { 'command-line': line }))
      last = asked.catch(() => {})
      return asked
    },
    close: () => void socket.destroy(),
  }
}
