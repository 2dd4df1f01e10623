// The whole home as a program: `latchkey home`.
import { join, resolve } from 'node:path'
import pino from 'pino'
import { KINDS, type Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { aborted, runProgram } from '#contract/program.ts'
import { formatSettings, readLogLevel, UsageError } from '#contract/settings.ts'
import type { Status } from '../device/status.ts'
import { formatPairing, formatStatus } from '../device/terminal.ts'
import { type Household, startHousehold } from './household.ts'
import { formatHub, HELP_SETTING, HUB_SETTINGS, JSON_SETTING, readHubConfig, readHubSettings } from './hub.ts'

const HELP = `Usage: latchkey home [options]

The hub, and a simulated thermostat, toaster and security panel.

${formatSettings({ ...HUB_SETTINGS, json: JSON_SETTING, help: HELP_SETTING })}

The log is "warn" here unless you set it: this terminal is for codes.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

async function main(stop: AbortSignal): Promise<number> {
  const settings = readHubSettings(process.argv.slice(2), process.env)
  if (settings.help === 'true') {
    console.log(HELP)
    return 0
  }
  const json = settings.json === 'true'
  const config = readHubConfig(settings)
  if (config.external !== undefined) {
    throw new UsageError(
      'Cannot use LATCHKEY_ISSUER (--issuer) for a home as its devices pair with its hub: start "latchkey hub" instead',
    )
  }
  const log = pino({ level: readLogLevel(settings.log ?? 'warn') }, pino.destination({ dest: 2, sync: true }))

  const screen = createScreen(json)
  await using home: Household = await startHousehold({
    ...config,
    log,
    devices: resolve(join(settings.data ?? './.latchkey')),
    onStatus: (kind, status) => screen.tell(kind, status),
  })
  await screen.settled()
  if (!json) console.log(`\nThe code of the simulated security panel: ${home.code}`)
  console.log(formatHub(home.hub, json))
  if (process.stdin.isTTY) {
    process.stdin.on('data', () => {
      for (const kind of KINDS) home.agents[kind].pair()
    })
  }
  await aborted(stop)
  process.stdin.pause()
  if (!json) console.log('\nGood-bye.')
  return 0
}

/** Prints what each device has to say; `settled` when all of them have said something. */
function createScreen(json: boolean) {
  const spoken = new Map<Kind, Status['phase']>()
  const everybody = Promise.withResolvers<void>()
  return {
    settled: () => everybody.promise,
    tell(kind: Kind, status: Status) {
      if (json) console.log(JSON.stringify(facts(kind, status)))
      else if (status.phase === 'pairing') console.log(`${formatPairing(KIND_NAMES[kind], status)}\n`)
      const line = json ? undefined : formatStatus(KIND_NAMES[kind], status, 'Press Enter for a new code.')
      // Said once, not at every try.
      if (line !== undefined && spoken.get(kind) !== status.phase) console.log(line)
      spoken.set(kind, status.phase)
      if (spoken.size === KINDS.length) everybody.resolve()
    },
  }
}

function facts(kind: Kind, status: Status): object {
  if (status.phase !== 'pairing') return { event: status.phase, kind, ...status }
  const { userCode, verificationUri, verificationUriComplete } = status.authorization
  return { event: 'pairing', kind, device: status.device, userCode, verificationUri, verificationUriComplete }
}

await runProgram(main)
