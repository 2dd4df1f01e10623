// What `latchkey device` does besides being a device: ask the one that runs, install it, release its outputs. Each is loaded when it is asked
// for: an agent that starts reads none of it.
import type { Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { type Environment, formatSettings } from '#contract/settings.ts'
import { DEVICE_SETTINGS, type DeviceConfig } from './config.ts'
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
agent that runs with the same --data. So do add-code, remove-code and list-codes
of a panel; log shows what it has seen. install and uninstall are for systemd;
release switches every output off. Each has its own --help.
${DOCTOR_PROGRAM} says what is wrong.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

export interface Caller {
  readonly args: readonly string[]
  readonly env: Environment
  readonly print: (line: string) => void
  /** How this program is started again. */
  readonly program: readonly string[]
  readonly openLog: (config: Pick<DeviceConfig, 'kind' | 'logLevel'>) => Logger
}

/** The exit code; undefined where the words ask for a device. */
export async function runCommandOf(caller: Caller): Promise<number | undefined> {
  const [word, ...rest] = caller.args
  if (isRequest(word)) return ask(word, { ...caller, args: rest })
  if (word === 'install' || word === 'uninstall') return setUp(word, { ...caller, args: rest })
  if (word === 'release') return releaseOutputs({ ...caller, args: rest })
  if (word !== 'doctor') return undefined
  const { examine } = await import('./doctor/examine.ts')
  return examine({ ...caller, args: rest })
}

async function ask(request: Request, { args, env, print }: Caller): Promise<number> {
  const { helpFor, readRequestSettings } = await import('./local/settings.ts')
  const settings = readRequestSettings(request, args, env)
  if (settings === 'help') return help(print, helpFor(request))
  if (request === 'log') {
    const { runLogCommand } = await import('./local/log.ts')
    return runLogCommand({ ...settings, clock: systemClock, print })
  }
  const { runCommand } = await import('./local/command.ts')
  const { readSecret } = await import('./local/secret.ts')
  const typed = (question: string) => readSecret(process.stdin, question, (text) => process.stderr.write(text))
  return runCommand({ ...settings, request, clock: systemClock, print, readSecret: typed })
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
  const { helpForRelease, readReleaseSettings } = await import('./install/release-settings.ts')
  const settings = readReleaseSettings(args, env)
  if (settings === 'help') return help(print, helpForRelease())
  // As the agent reads it, which may have gone on with the last good one.
  const { openWiring } = await import('./wiring/open.ts')
  const wiring = await openWiring({ ...settings, log: openLog(settings) })
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
