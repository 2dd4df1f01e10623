#!/usr/bin/env node
// The `latchkey` command: finds a Node that is new enough and hands over to the program that was named.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findNode, missingNode } from './node.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const PROGRAMS = {
  home: 'simulator/main.ts',
  hub: 'hub/main.ts',
  token: 'hub/control/token/main.ts',
  keys: 'hub/control/keys/main.ts',
  device: 'device/main.ts',
  doctor: 'device/doctor/main.ts',
  simulate: 'simulator/simulate/main.ts',
  'mock-hub': 'simulator/mock-hub/main.ts',
  fleet: 'simulator/fleet/main.ts',
}
/** Programs that live for years, kept small: a young generation of so many MiB, and as many arenas for what is not JavaScript's. */
const SMALL = { device: { semiSpaceMiB: 1, arenas: 1 }, hub: { semiSpaceMiB: 4, arenas: 2 } }
const HELP = `Usage: latchkey <command> [options]
       latchkey --version

  home             the whole home: a hub and three simulated devices
  hub              the hub alone
  token            passwords for programs that cannot refresh a token
  keys             the hub's signing keys, and their replacement
  device <kind>    one device: thermostat, toaster or security
  doctor [kind]    what is wrong with a device here, and what to do
  simulate <file>  scenarios on a simulated home, judged
  mock-hub         the real hub for tests of your own devices
  fleet            many light devices at once, for load

Each has --help. Exit codes: 0 done, 1 failed, 2 wrong usage; simulate has more.`

const [command, ...given] = process.argv.slice(2)
/** The programs know the long one. */
const rest = given.map((word, index) => (word === '-h' && isFlag(index) ? '--help' : word))
const node = findNode(root)
if (node === undefined) end(missingNode(), 1)
if (command === undefined || ['-h', '--help', 'help'].includes(command)) {
  console.log(HELP)
  process.exit(command === undefined ? 2 : 0)
}
if (command === '--version' || asks('--version')) {
  console.log(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  process.exit(0)
}
if (!Object.hasOwn(PROGRAMS, command)) end(`Unknown command "${command}"\n\n${HELP}`, 2)
const program = join(root, PROGRAMS[command])
const stripTypes = pathToFileURL(join(root, 'simulator/strip-types.mjs')).href

if (node === process.execPath) {
  // Types are stripped once and not at every start: that saves a third of a second and thirty megabytes.
  const cache = join(root, 'node_modules/.cache/latchkey')
  const { semiSpaceMiB, arenas } = SMALL[command] ?? {}
  if (semiSpaceMiB !== undefined && process.platform === 'linux') {
    // Both are set before Node starts, so this process becomes the program.
    const env = { ...process.env, NODE_COMPILE_CACHE: cache, MALLOC_ARENA_MAX: String(arenas) }
    const args = [
      `--max-semi-space-size=${semiSpaceMiB}`,
      '--disable-sigusr1',
      '--import',
      stripTypes,
      program,
      ...rest,
    ]
    process.execve(node, [node, ...args], env)
  }
  module.enableCompileCache(cache)
  // Also for a program that is never ended politely.
  setTimeout(() => module.flushCompileCache(), 2000).unref()
  process.argv = [process.execPath, program, ...rest]
  await import(stripTypes)
  await import(pathToFileURL(program).href)
} else {
  const imports = [stripTypes, pathToFileURL(join(root, 'simulator/relaunched.mjs')).href]
  const args = [...imports.flatMap((url) => ['--import', url]), program, ...rest]
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) handOn(signal, child)
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

/** The first by way of relaunched.mjs, which knows whether it has come there by itself; whoever sends another is in earnest. */
function handOn(signal, child) {
  process.once(signal, () => {
    process.on(signal, () => child.kill(signal))
    if (child.connected) child.send(signal, () => {})
  })
}

function asks(flag) {
  return Object.hasOwn(PROGRAMS, command) && rest.some((word, index) => word === flag && isFlag(index))
}

/** What follows `--` is a word. */
function isFlag(index) {
  const last = given.indexOf('--')
  return last === -1 || index < last
}

function end(text, code) {
  console.error(text)
  process.exit(code)
}
