// What `latchkey device` does besides being a device: ask the one that runs, install it, release its outputs. Each is loaded when it is asked
// for: an agent that starts reads none of it.
import type { Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { type Environment, formatSettings, UsageError } from '#contract/settings.ts'
import { DEVICE_SETTINGS, type DeviceConfig, readDeviceConfig } from './config.ts'
import { isRequest, type Request } from './local/requests.ts'
import { DEVICE_PROGRAM, DOCTOR_PROGRAM } from './program-name.ts'

export const HELP = `Usage: ${DEVICE_PROGRAM} <thermostat|toaster|security> [options]
       ${DEVICE_PROGRAM} <status|pair|unpair|reset> <kind> [options]
       ${DEVICE_PROGRAM} <add-code|remove-code|list-codes|log> security [options]
       ${DEVICE_PROGRAM} <install|uninstall|release> <kind> [options]

${formatSettings(DEVICE_SETTINGS)}

Where it is not paired it shows a code. Once a code has expired or was denied,
press Enter (or send SIGUSR2) for a new one.

status, pair (a new code), unpair and reset (as new, for another home) ask the
agent that runs with the same --data. So do add-code (typed and not shown),
remove-code --user <name> (while it is disarmed) and list-codes (whose there are).
log shows what a panel has seen, also where no agent runs; --verify its chain.
install and uninstall are for systemd and have their own --help; release
switches every output off, for when no agent runs.
${DOCTOR_PROGRAM} says what is wrong.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

export interface Caller {
  readonly args: readonly string[]
  readonly env: Environment
  readonly print: (line: string) => void
  /** How this program is started again. */
  readonly program: readonly string[]
  readonly openLog: (config: DeviceConfig) => Logger
}

/** The exit code; undefined where the words ask for a device. */
export async function runCommandOf(caller: Caller): Promise<number | undefined> {
  const [word, ...rest] = caller.args
  if (word === 'log') return showLog({ ...caller, args: rest })
  if (isRequest(word)) return ask(word, { ...caller, args: rest })
  if (word === 'install' || word === 'uninstall') return setUp(word, { ...caller, args: rest })
  if (word === 'release') return releaseOutputs({ ...caller, args: rest })
  if (word !== 'doctor') return undefined
  const { examine } = await import('./doctor/examine.ts')
  return examine({ ...caller, args: rest })
}

async function ask(request: Request, { args, env, print }: Caller): Promise<number> {
  const config = readDeviceConfig(args, env)
  if (config === 'help') return help(print, HELP)
  const { runCommand } = await import('./local/command.ts')
  const { readSecret } = await import('./local/secret.ts')
  const { folder, json, duress, user } = config
  const typed = (question: string) => readSecret(process.stdin, question, (text) => process.stderr.write(text))
  return runCommand({ request, folder, json, duress, user, clock: systemClock, print, readSecret: typed })
}

async function showLog({ args, env, print }: Caller): Promise<number> {
  const config = readDeviceConfig(args, env)
  if (config === 'help') return help(print, HELP)
  const { runLogCommand } = await import('./local/log.ts')
  const { kind, folder, json, verify } = config
  return runLogCommand({ kind, folder, json, verify, clock: systemClock, print })
}

async function setUp(word: 'install' | 'uninstall', { args, env, print, program }: Caller): Promise<number> {
  const { INSTALL_SETTINGS, readInstallSettings } = await import('./install/settings.ts')
  const settings = readInstallSettings(args, env)
  const usage = `Usage: ${DEVICE_PROGRAM} ${word} <thermostat|toaster|security> [options]`
  if (settings === 'help') return help(print, `${usage}\n\n${formatSettings(INSTALL_SETTINGS)}`)
  const { install, uninstall } = await import('./install/install.ts')
  const installer = { program, isRoot: process.getuid?.() === 0, print }
  return word === 'install' ? install(settings, installer) : uninstall(settings, installer)
}

async function releaseOutputs({ args, env, print, openLog }: Caller): Promise<number> {
  const config = readDeviceConfig(args, env)
  if (config === 'help') return help(print, HELP)
  const { wiringFile: file } = config
  if (file === undefined) throw new UsageError('Cannot release outputs as --config must name the wiring file: got none')
  // As the agent reads it, which may have gone on with the last good one.
  const { openWiring } = await import('./wiring/open.ts')
  const wiring = await openWiring({ ...config, file, log: openLog(config) })
  const { board } = wiring
  if (board.type !== 'linux') {
    print('Nothing to release: no line of this machine is wired.')
    return 0
  }
  const { release } = await import('./install/release.ts')
  return release({ wiring, board, print })
}

function help(print: Caller['print'], text: string): number {
  print(text)
  return 0
}
