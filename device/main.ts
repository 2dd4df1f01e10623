// The agent as a program: `latchkey device <kind>`.
import { flushCompileCache } from 'node:module'
import pino, { type Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { aborted, runProgram } from '#contract/program.ts'
import { type Agent, startAgent } from './agent.ts'
import { HELP, runCommandOf } from './commands.ts'
import { type DeviceConfig, readDeviceConfig } from './config.ts'
import type { FoundHub } from './discovery.ts'
import { createReports, type Reports, readReport } from './link/reports.ts'
import { answerFor } from './local/answers.ts'
import { holdFolder } from './local/socket.ts'
import { lookupLocal } from './lookup.ts'
import { ASK_AGAIN } from './program-name.ts'
import { readSetup } from './setup.ts'
import { publicStatus, type Status } from './status.ts'
import type { Supervised } from './supervised.ts'
import { createTeller } from './terminal.ts'

async function main(stop: AbortSignal): Promise<number> {
  const { argv, env, execPath, execArgv } = process
  const [, file = '', ...args] = argv
  const program = [execPath, ...execArgv, file]
  const openLog = (config: Logged) => createLog(config, createReports(systemClock))
  const code = await runCommandOf({ args, env, print: console.log, program, openLog })
  if (code !== undefined) return code
  const config = readDeviceConfig(args, env)
  if (config === 'help') {
    console.log(HELP)
    return 0
  }
  return beDevice(config, stop)
}

async function beDevice(config: DeviceConfig, stop: AbortSignal): Promise<number> {
  let pair = () => {}
  process.on('SIGUSR2', () => pair())
  // Whoever read what we print may go away.
  process.stdout.on('error', () => {})
  const reports = createReports(systemClock)
  const log = createLog(config, reports)
  await using local = await holdFolder({ folder: config.folder, clock: systemClock, log })
  const setup = await readSetup(config, log)
  const { name } = setup
  using systemd = await findSupervisor(name, log)
  if (process.stdin.isTTY) process.stdin.on('data', () => pair()).unref()
  // Under systemd nobody can press a key.
  const again = process.stdin.isTTY ? 'Press Enter for a new code.' : ASK_AGAIN
  const tell = config.json ? tellProgram : createTeller({ name, again, print: console.log })
  const waiting = setInterval(() => {}, 1 << 30)
  // Also when something fails: a program that neither works nor ends is one that nobody starts again.
  using _ = { [Symbol.dispose]: () => clearInterval(waiting) }
  // Also for one that is never ended politely: its next start has less to compile.
  setTimeout(flushCompileCache, 20_000).unref()
  // After a factory reset it begins again, as new.
  while (!stop.aborted) {
    const { product, note, onStatus, onWish } = await setup.open()
    if (note !== undefined && !config.json) console.log(note)
    await using agent: Agent = await startAgent({
      ...config,
      ...{ name, product },
      clock: systemClock,
      lookup: lookupLocal,
      ...{ log, reports, discover, watchdog: systemd?.watchdog },
      onStatus(status) {
        systemd?.onStatus(status)
        tell(status)
        onStatus(status)
      },
    })
    local.serve(answerFor(agent))
    pair = () => agent.pair()
    onWish((wish) => {
      if (wish === 'pair') agent.pair()
      else agent.reset().catch((err: unknown) => log.error({ err }, 'the factory reset failed'))
    })
    await Promise.race([aborted(stop), agent.ended])
    if (stop.aborted) systemd?.stopping()
  }
  return 0
}

/** Undefined where no systemd asked to be told. */
async function findSupervisor(name: string, log: Logger): Promise<Supervised | undefined> {
  const { NOTIFY_SOCKET: path } = process.env
  if (path === undefined) return undefined
  const { openSupervised } = await import('./supervised.ts')
  return openSupervised({ path, name, log })
}

async function discover(signal: AbortSignal): Promise<FoundHub> {
  const { discoverHubOrOwn } = await import('./discovery.ts')
  return discoverHubOrOwn({ clock: systemClock, signal, lookup: lookupLocal })
}

type Logged = Pick<DeviceConfig, 'kind' | 'logLevel'>

/** To standard error, and what is a warning also to the hub. */
function createLog({ logLevel, kind }: Logged, reports: Reports): Logger {
  const stderr = pino.destination({ dest: 2, sync: true })
  const write = (line: string) => {
    stderr.write(line)
    const report = readReport(line)
    if (report !== undefined) reports.add(report)
  }
  return pino({ level: logLevel, base: { kind } }, { write })
}

const tellProgram = (status: Status): void => console.log(JSON.stringify(publicStatus(status)))

await runProgram(main)
