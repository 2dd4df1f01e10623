// The agent as a program: `latchkey device <kind>`.
import pino from 'pino'
import { systemClock } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import { aborted, runProgram } from '#contract/program.ts'
import { formatSettings, UsageError } from '#contract/settings.ts'
import { type Agent, startAgent } from './agent.ts'
import { DEVICE_SETTINGS, type DeviceConfig, readDeviceConfig } from './config.ts'
import type { Product } from './run.ts'
import type { Status } from './status.ts'
import { formatPairing, formatStatus } from './terminal.ts'

const HELP = `Usage: latchkey device <thermostat|toaster|security> [options]

${formatSettings(DEVICE_SETTINGS)}

Where it is not paired it shows a code. Once a code has expired or was denied,
press Enter (or send SIGUSR2) for a new one.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

/** What a module of hardware offers. */
interface Board {
  openBoard(options: BoardOptions): Promise<{
    readonly product: Product<unknown, unknown, unknown>
    /** What the person at the terminal needs to know. */
    readonly note?: string
  }>
}
interface BoardOptions {
  readonly kind: Kind
  readonly folder: string
  readonly clock: typeof systemClock
}

async function main(stop: AbortSignal): Promise<number> {
  const config = readDeviceConfig(process.argv.slice(2), process.env)
  if (config === 'help') {
    console.log(HELP)
    return 0
  }
  const log = pino({ level: config.logLevel, base: { kind: config.kind } }, pino.destination({ dest: 2, sync: true }))
  const board = await loadBoard(config.board)
  const { product, note } = await board.openBoard({ kind: config.kind, folder: config.folder, clock: systemClock })
  if (note !== undefined && !config.json) console.log(note)
  await using agent: Agent = await startAgent({
    ...config,
    product,
    clock: systemClock,
    log,
    onStatus: (status) => tell(config, status),
  })
  process.on('SIGUSR2', () => agent.pair())
  if (process.stdin.isTTY) process.stdin.on('data', () => agent.pair()).unref()
  const waiting = setInterval(() => {}, 1 << 30)
  await aborted(stop)
  clearInterval(waiting)
  return 0
}

/** Hardware comes from outside, so that the agent ships to the Pi without the simulator. */
async function loadBoard(name: string): Promise<Board> {
  if (name !== 'simulated') {
    throw new UsageError('Cannot open the board as only --board simulated exists in this version: got another name')
  }
  // Each kind's board is typed by its kind; here any of them will do.
  return (await import('#board/simulated')) as unknown as Board
}

function tell({ name, json }: DeviceConfig, status: Status): void {
  if (json) {
    console.log(JSON.stringify(publicFacts(status)))
    return
  }
  if (status.phase === 'pairing') console.log(formatPairing(name, status))
  const line = formatStatus(name, status, 'Press Enter for a new code.')
  if (line !== undefined) console.log(line)
}

/** The device code is a secret between device and hub: RFC 8628 §3.3 shows the user code only. */
function publicFacts(status: Status): object {
  if (status.phase !== 'pairing') return status
  const { deviceCode: _, ...authorization } = status.authorization
  return { ...status, authorization }
}

await runProgram(main)
