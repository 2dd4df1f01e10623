// The agent as a program: `latchkey device <kind>`.
import pino, { type Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { aborted, runProgram } from '#contract/program.ts'
import { formatSettings } from '#contract/settings.ts'
import { type Agent, startAgent } from './agent.ts'
import { DEVICE_SETTINGS, type DeviceConfig, readDeviceConfig } from './config.ts'
import { discoverHub, type FoundHub } from './discovery.ts'
import { createReports, type Reports, readReport } from './link/reports.ts'
import { answerFor } from './local/answers.ts'
import { runCommand } from './local/command.ts'
import { isRequest } from './local/requests.ts'
import { readSecret } from './local/secret.ts'
import { holdFolder } from './local/socket.ts'
import { lookupLocal } from './lookup.ts'
import { readSetup } from './setup.ts'
import { publicStatus, type Status } from './status.ts'
import { formatPairing, formatStatus } from './terminal.ts'

const HELP = `Usage: latchkey device <thermostat|toaster|security> [options]
       latchkey device <status|pair|unpair|reset|add-code> <kind> [options]

${formatSettings(DEVICE_SETTINGS)}

Where it is not paired it shows a code. Once a code has expired or was denied,
press Enter (or send SIGUSR2) for a new one.

status, pair (a new code), unpair, reset (as new, for another home) and add-code
(a panel's, typed and not shown) ask the agent that runs with the same --data.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

async function main(stop: AbortSignal): Promise<number> {
  const [word, ...rest] = process.argv.slice(2)
  const request = isRequest(word) ? word : undefined
  const config = readDeviceConfig(request === undefined ? process.argv.slice(2) : rest, process.env)
  if (config === 'help') {
    console.log(HELP)
    return 0
  }
  if (request !== undefined) {
    const { folder, json, duress } = config
    const typed = (question: string) => readSecret(process.stdin, question, (text) => process.stderr.write(text))
    return runCommand({ request, folder, json, duress, clock: systemClock, print: console.log, readSecret: typed })
  }
  const reports = createReports(systemClock)
  const log = openLog(config, reports)
  await using local = await holdFolder({ folder: config.folder, clock: systemClock, log })
  const setup = await readSetup(config, log)
  const { name } = setup
  let pair = () => {}
  process.on('SIGUSR2', () => pair())
  if (process.stdin.isTTY) process.stdin.on('data', () => pair()).unref()
  const waiting = setInterval(() => {}, 1 << 30)
  // After a factory reset it begins again, as new.
  while (!stop.aborted) {
    const { product, note, onStatus } = await setup.open()
    if (note !== undefined && !config.json) console.log(note)
    await using agent: Agent = await startAgent({
      ...config,
      ...{ name, product },
      clock: systemClock,
      lookup: lookupLocal,
      ...{ log, reports, discover },
      onStatus(status) {
        tell({ name, json: config.json }, status)
        onStatus(status)
      },
    })
    local.serve(answerFor(agent))
    pair = () => agent.pair()
    await Promise.race([aborted(stop), agent.ended])
  }
  clearInterval(waiting)
  return 0
}

const DEFAULT_HUB = new URL('http://localhost:8080')

/** The hub of this household, else the one that would be on this machine. */
async function discover(signal: AbortSignal): Promise<FoundHub> {
  const found = await discoverHub({ clock: systemClock, signal, lookup: lookupLocal })
  return found ?? { issuer: DEFAULT_HUB, ca: undefined }
}

/** To standard error, and what is a warning also to the hub. */
function openLog({ logLevel, kind }: DeviceConfig, reports: Reports): Logger {
  const stderr = pino.destination({ dest: 2, sync: true })
  const write = (line: string) => {
    stderr.write(line)
    const report = readReport(line)
    if (report !== undefined) reports.add(report)
  }
  return pino({ level: logLevel, base: { kind } }, { write })
}

function tell({ name, json }: { readonly name: string; readonly json: boolean }, status: Status): void {
  if (json) {
    console.log(JSON.stringify(publicStatus(status)))
    return
  }
  if (status.phase === 'pairing') console.log(formatPairing(name, status))
  const line = formatStatus(name, status, 'Press Enter for a new code.')
  if (line !== undefined) console.log(line)
}

await runProgram(main)
