// The `latchkey` command as a process: what it says of itself, and how it passes on what it is told.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { constants, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { seconds } from '#contract/time.ts'
import { COMPILED } from '../again.ts'
import { until } from '../home.ts'

// Each starts one or two processes, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 })

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LAUNCHER = join(ROOT, 'simulator/latchkey.mjs')
const FACTS = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly scripts: { readonly start: string }
}
/** As on a machine whose own Node is too old: the programs run under the one that npm has brought. */
const PRETEND_OLD = [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`,
]

async function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  let isReady = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A device has no more to say where there is no hub.
    isReady ||= line.includes('"ready"') || line.includes('"offline"')
  })
  await until(() => isReady, 'the program to be ready', seconds(50))
  return { child, exited, closed }
}

const childrenOf = ({ pid }: ChildProcess): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** A Node that is not the one that npm has brought, though its twin. */
let oldNode: string
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  oldNode = join(folder, 'node')
  copyFileSync(process.execPath, oldNode, constants.COPYFILE_FICLONE)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const startOld = async () => {
  // The program that starts soonest.
  const toaster = [
    'device',
    'toaster',
    '--board',
    'simulated',
    '--hub',
    'http://localhost:9',
    '--log',
    'silent',
    '--json',
  ]
  const args = [...PRETEND_OLD, LAUNCHER, ...toaster, '--data', mkdtempSync(join(folder, 'device-'))]
  const started = await start(oldNode, args, { NODE_COMPILE_CACHE: COMPILED })
  const [program, ...others] = childrenOf(started.child)
  if (program === undefined || others.length > 0) throw new Error('the launcher must run one program')
  return { ...started, program }
}

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'under an old Node, %s to the launcher ends the program',
  async (signal) => {
    const { child, exited, program } = await startOld()
    child.kill(signal)
    expect(await exited).toBe(0)
    expect(existsSync(`/proc/${program}`)).toBe(false)
  },
)

test('under an old Node, a Ctrl-C that reaches both is one Ctrl-C', async () => {
  const { child, exited, program } = await startOld()
  child.kill('SIGINT')
  process.kill(program, 'SIGINT')
  expect(await exited).toBe(0)
})

test('under an old Node, the program ends with a launcher that was killed', async () => {
  const { child, closed, program } = await startOld()
  child.kill('SIGKILL')
  // The program holds our end of its output until it has ended.
  await closed
  await until(() => !existsSync(`/proc/${program}`), 'the program to end')
})

test('SIGTERM to what "npm start" runs ends the home', async () => {
  const port = '127.0.0.1:0'
  const settings = { LATCHKEY_DATA: join(folder, 'data'), LATCHKEY_HTTP: port, LATCHKEY_MQTT: port }
  // npm runs a script in a shell, and kills the shell.
  const { child, exited } = await start('sh', ['-c', `${FACTS.scripts.start} --json`], settings)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

const say = (...args: readonly string[]) => execFileSync(process.execPath, [LAUNCHER, ...args], { encoding: 'utf8' })

test('says its version, and helps by either flag', () => {
  expect(say('--version')).toBe(`${FACTS.version}\n`)
  expect(say('-h')).toBe(say('--help'))
})

test.for(['home', 'hub', 'device', 'simulate', 'mock-hub', 'fleet'])('latchkey %s does as well', (program) => {
  expect(say(program, '--version')).toBe(`${FACTS.version}\n`)
  expect(say(program, '-h')).toMatch(new RegExp(`^Usage: latchkey ${program}`))
})

test.each(['hub', 'fleet'])('latchkey %s refuses a log level that is none, in one line', (program) => {
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, program, '--log', 'loud'], { cwd: folder })
  expect(status).toBe(2)
  expect(String(stderr)).toMatch(/^Cannot use LATCHKEY_LOG \(--log\) as it must be one of .*: got "loud"\n$/)
})

test.each(['home', 'hub', 'keys', 'device', 'doctor', 'simulate', 'mock-hub', 'fleet'])(
  'latchkey %s refuses a variable that is misspelt, in one line',
  (program) => {
    const env = { ...process.env, LATCHKEY_LEGACY_FLOW: 'password' }
    const args = program === 'device' ? [program, 'thermostat'] : [program]
    const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], { cwd: folder, env })
    expect(String(stderr)).toBe(
      'Unknown environment variable LATCHKEY_LEGACY_FLOW: did you mean LATCHKEY_LEGACY_FLOWS?\n',
    )
    expect(status).toBe(2)
  },
)
