// The hub as a program: `latchkey hub`.
import pino from 'pino'
import { formatSettings, UsageError } from '#contract/settings.ts'
import { HELP_SETTING, HUB_SETTINGS, JSON_SETTING, readHubConfig, readHubSettings } from './config.ts'
import { type Hub, startHub } from './hub.ts'
import { formatHub } from './terminal.ts'

const HELP = `Usage: latchkey hub [options]

${formatSettings({ ...HUB_SETTINGS, json: JSON_SETTING, help: HELP_SETTING })}

Exit codes: 0 done, 1 failed, 2 wrong usage.`

async function main(): Promise<number> {
  const settings = readHubSettings(process.argv.slice(2), process.env)
  if (settings.help === 'true') {
    console.log(HELP)
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const log = pino(
    { level: settings.log ?? 'info', redact: ['*.accessToken', '*.refreshToken', 'req.headers.authorization'] },
    pino.destination({ dest: 2, sync: true }),
  )
  await using hub: Hub = await startHub({ ...readHubConfig(settings), log })
  console.log(formatHub(hub, settings.json === 'true'))
  await new Promise((resolve) => {
    if (stop.signal.aborted) resolve(undefined)
    stop.signal.addEventListener('abort', resolve, { once: true })
  })
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = error instanceof UsageError ? 2 : 1
}
