// The hub as a program: `latchkey hub`.
import pino from 'pino'
import { aborted, runProgram } from '#contract/program.ts'
import { formatSettings, readLogLevel } from '#contract/settings.ts'
import { HELP_SETTING, HUB_SETTINGS, JSON_SETTING, readHubConfig, readHubSettings } from './config.ts'
import { type Hub, startHub } from './hub.ts'
import { formatHub } from './terminal.ts'

const HELP = `Usage: latchkey hub [options]

${formatSettings({ ...HUB_SETTINGS, json: JSON_SETTING, help: HELP_SETTING })}

Exit codes: 0 done, 1 failed, 2 wrong usage.`

async function main(stop: AbortSignal): Promise<number> {
  const settings = readHubSettings(process.argv.slice(2), process.env)
  if (settings.help === 'true') {
    console.log(HELP)
    return 0
  }
  const log = pino(
    {
      level: readLogLevel(settings.log ?? 'info'),
      redact: ['*.accessToken', '*.refreshToken', 'req.headers.authorization'],
    },
    pino.destination({ dest: 2, sync: true }),
  )
  await using hub: Hub = await startHub({ ...readHubConfig(settings), log })
  console.log(formatHub(hub, settings.json === 'true'))
  await aborted(stop)
  return 0
}

await runProgram(main)
