// A whole Linux machine for a test: user-mode Linux, which needs neither root nor KVM and boots in about a second. Its root file system
// is this machine's own, read-only, so the working tree and node_modules are simply there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '#contract/clock.ts'
import { type Instant, instant, type Millis, seconds } from '#contract/time.ts'
import { guestProgram } from './programs.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Where build.sh put the kernel; undefined where nobody ran it. */
export const kernelFolder: string | undefined = findKernel()

function findKernel(): string | undefined {
  try {
    const folder = execFileSync(path('build.sh'), ['--where'], { encoding: 'utf8' }).trim()
    return existsSync(join(folder, 'linux')) ? folder : undefined
  } catch {
    return undefined
  }
}

export interface MachineOptions {
  /** What is run once the machine is up, by Node: a program's path and its arguments. The machine powers off when it ends. */
  readonly args: readonly [program: string, ...rest: string[]]
  readonly env?: Readonly<Record<string, string>>
  /**
   * No second is waited for: whenever nobody computes, the clock jumps to the next timer. It starts in 1970, as on a Raspberry Pi that
   * has not heard the time yet. Such a machine hears nothing on stdin.
   */
  readonly timeTravel?: boolean
  /** When such a clock starts instead, for machines that have heard the time. */
  readonly startsAt?: Instant
  /** An ext4 image, mounted at /mnt; it is what survives a power cut. */
  readonly image?: string
  /** The first program of the machine, a shell script; the default mounts everything and loads the I2C simulator. */
  readonly init?: string
  readonly memoryMiB?: number
}

export interface Machine extends AsyncDisposable {
  /** What the machine printed so far. */
  readonly lines: readonly string[]
  /** The first line that matches, already printed or yet to come within half a minute. */
  line(matches: RegExp, within?: Millis): Promise<string>
  /** Hears each line as it comes. */
  listen(hear: (line: string) => void): void
  /** Types a line at the console. */
  write(text: string): void
  /** Cuts the power, now: nothing is flushed, nobody is told. */
  kill(): Promise<void>
  /** Resolves when the machine is off, with the exit code of its program, or undefined when the power was cut. */
  readonly ended: Promise<number | undefined>
}

/** What the kernel and its drivers say at start, which `quiet` does not silence. */
const NOISE = /^(setup_one_line|Failed to initialize ubd device|reboot: System halted)/

export function bootKernel(options: MachineOptions): Machine {
  if (kernelFolder === undefined)
    throw new Error('Cannot boot as a kernel must be built: got none (test/kernel/build.sh)')
  const { args, env = {}, timeTravel = false, startsAt = instant(0), image } = options
  const { init = path('guest/init.sh'), memoryMiB = 512 } = options
  // For its management socket.
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-kernel-'))
  const guest = Buffer.from(JSON.stringify({ args, env, module: join(kernelFolder, 'i2c-stub.ko') })).toString(
    'base64url',
  )
  const child = spawn(
    join(kernelFolder, 'linux'),
    [
      `mem=${memoryMiB}M`,
      ...['rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`],
      ...['con=none', 'ssl=none', 'con0=fd:0,fd:1', 'quiet', 'panic=-1'],
      ...[`uml_dir=${folder}/`, 'umid=machine'],
      ...(timeTravel ? ['time-travel=inf-cpu', `time-travel-start=${BigInt(startsAt) * 1_000_000n}`] : []),
      ...(image === undefined ? [] : [`ubda=${image}`]),
      // The kernel hands what it does not know to its first program, as environment.
      `NODE=${process.execPath}`,
      `MAIN=${guestProgram('main')}`,
      `GUEST=${guest}`,
    ],
    // A group of its own: a machine is several processes here, and the power is cut for all at once.
    {
      detached: true,
      stdio: [timeTravel ? 'ignore' : 'pipe', 'pipe', 'ignore'],
      env: { ...process.env, TMPDIR: roomFor(memoryMiB) },
    },
  )

  return watchMachine(child, () => rmSync(folder, { recursive: true, force: true }))
}

/** `child` is an emulator, at the head of its process group, whose console is its standard input and output. `off` is called after it. */
export function watchMachine(child: ChildProcess, off: () => void): Machine {
  const lines: string[] = []
  const listeners: ((line: string) => void)[] = []
  let rest = ''
  let exitCode: number | undefined
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const whole = (rest + text).split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole.map((line) => line.replace(/\r$/, '')).filter((line) => !NOISE.test(line))) {
      const exit = /^exit (\d+)$/.exec(line)
      if (exit !== null) exitCode = Number(exit[1])
      lines.push(line)
      for (const hear of listeners) hear(line)
    }
  })
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('close', () => {
      off()
      resolve(exitCode)
    })
  })
  const kill = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  return {
    lines,
    ended,
    kill,
    line: (matches, within = seconds(30)) => {
      const late = systemClock.sleep(within).then(() => `nothing for ${within / 1000} s`)
      const off = ended.then(() => 'the machine went off')
      return new Promise((resolve, reject) => {
        const look = (line: string) => {
          if (matches.test(line)) resolve(line)
        }
        listeners.push(look)
        lines.forEach(look)
        void Promise.race([late, off]).then((why) => {
          reject(
            new Error(
              `Cannot go on as the machine must print ${matches}: got ${why}, after ${lines.slice(-5).join(' | ')}`,
            ),
          )
        })
      })
    },
    listen: (hear) => void listeners.push(hear),
    write: (text) => void child.stdin?.write(`${text}\n`),
    [Symbol.asyncDispose]: kill,
  }
}

/** Makes the image of an empty ext4 disk, and returns its path. */
export function createDisk(image: string, mebibytes = 32): string {
  const file = openSync(image, 'w')
  ftruncateSync(file, mebibytes * 1024 * 1024)
  closeSync(file)
  execFileSync('/usr/sbin/mkfs.ext4', ['-q', '-F', image])
  return image
}

/** The machine's memory is a file: in /dev/shm where that has room, as it has not in many a container, else on the disk. */
function roomFor(memoryMiB: number): string {
  const folder = ['/dev/shm', tmpdir()].find((each) => freeMiB(each) >= memoryMiB)
  if (folder !== undefined) return folder
  throw new Error(`Cannot boot as /dev/shm or ${tmpdir()} must have ${memoryMiB} MiB free: got less`)
}

function freeMiB(folder: string): number {
  if (!existsSync(folder)) return 0
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor((bavail * bsize) / 1024 / 1024)
}
