// A mock hub as a program: `latchkey mock-hub`.
import type { Readable } from 'node:stream'
import pino from 'pino'
import { aborted, runProgram } from '#contract/program.ts'
import {
  formatSettings,
  readLogLevel,
  readSettings,
  type Setting,
  type Settings,
  UsageError,
} from '#contract/settings.ts'
import { startHub } from '../mock-hub.ts'
import type { MockHubOptions } from './api.ts'
import { CONTROL_HELP, readAnswer } from './control.ts'
import { formatCode, formatReady } from './terminal.ts'

const SETTINGS = {
  http: { type: 'string', help: 'where HTTP listens on this machine, 127.0.0.1:0: a free port' },
  mqtt: { type: 'string', help: 'where MQTT listens on this machine, 127.0.0.1:0' },
  tokens: { type: 'string', help: 'how long access tokens live, 10m' },
  'poll-interval': { type: 'string', help: 'what devices are asked to wait between polls, 2s' },
  answers: { type: 'string', help: 'the answers to the first polls, such as slow_down,503,hang' },
  'approve-all': { type: 'boolean', help: 'let in whoever asks, after one poll' },
  'end-with-stdin': { type: 'boolean', help: 'end when standard input does: with the program that holds it' },
  log: { type: 'string', variable: 'LATCHKEY_LOG', help: 'pino level, warn' },
  json: { type: 'boolean', help: 'print facts as JSON lines' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

const HELP = `Usage: latchkey mock-hub [options]

The real hub, in a folder that goes away, with an authorization server and a
broker that can be told to misbehave. It is for tests of devices and programs
on this machine, and listens nowhere else.

${formatSettings(SETTINGS)}

From outside it is controlled by JSON over HTTP, below <issuer>/_mock/:

${CONTROL_HELP}

  curl -d '{"answers": ["slow_down", 503]}' <issuer>/_mock/next

Exit codes: 0 done, 1 failed, 2 wrong usage.`

async function main(stop: AbortSignal): Promise<number> {
  const settings = readSettings(SETTINGS, process.argv.slice(2), process.env)
  if (settings.help === 'true') {
    console.log(HELP)
    return 0
  }
  const json = settings.json === 'true'
  await using hub = await startHub({
    ...readOptions(settings),
    log: pino({ level: readLogLevel(settings.log ?? 'warn') }, pino.destination({ dest: 2, sync: true })),
    onCode: (code) => console.log(formatCode(code, json)),
  })
  console.log(formatReady(hub, json))
  // Whoever started it may be killed, and could not say so otherwise.
  const holder = settings['end-with-stdin'] === 'true' ? [endOf(process.stdin)] : []
  await Promise.race([aborted(stop), ...holder])
  process.stdin.destroy()
  return 0
}

const endOf = (input: Readable): Promise<void> =>
  new Promise((resolve) => {
    input.once('close', () => resolve())
    input.once('end', () => resolve())
    input.resume()
  })

function readOptions(settings: Settings<keyof typeof SETTINGS>): MockHubOptions {
  const { http, mqtt, tokens, 'poll-interval': pollInterval, answers } = settings
  return {
    ...(http !== undefined && { http }),
    ...(mqtt !== undefined && { mqtt }),
    authorization: {
      approveAll: settings['approve-all'] === 'true',
      ...(tokens !== undefined && { tokens }),
      ...(pollInterval !== undefined && { pollInterval }),
      ...(answers !== undefined && { answers: answers.split(',').map(readAnswer) }),
    },
  }
}

/** What is wrong with the options is wrong usage. */
await runProgram((stop) =>
  main(stop).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }),
)
