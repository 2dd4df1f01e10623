// The agent's settings, read once.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isKind, KINDS, type Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { type Environment, isLoopbackHost, readSettings, type Setting, UsageError } from '#contract/settings.ts'

export const DEVICE_SETTINGS = {
  hub: { type: 'string', variable: 'LATCHKEY_HUB', help: 'the hub to join, http://localhost:8080' },
  data: { type: 'string', variable: 'LATCHKEY_DATA', help: 'folder of everything that lasts, ./.latchkey' },
  board: { type: 'string', variable: 'LATCHKEY_BOARD', help: 'the hardware; "simulated" is the one there is today' },
  name: { type: 'string', variable: 'LATCHKEY_NAME', help: 'what the device calls itself' },
  ca: { type: 'string', variable: 'LATCHKEY_CA', help: "PEM file of the hub's certificate authority" },
  log: { type: 'string', variable: 'LATCHKEY_LOG', help: 'pino level, info' },
  json: { type: 'boolean', help: 'print the pairing code and the state as JSON lines' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

export interface DeviceConfig {
  readonly kind: Kind
  readonly issuer: URL
  readonly folder: string
  readonly board: string
  readonly name: string
  readonly ca: string | undefined
  readonly logLevel: string
  readonly json: boolean
}

/** `args` begins with the kind. Throws a `UsageError` that names the setting. */
export function readDeviceConfig(args: readonly string[], env: Environment): DeviceConfig | 'help' {
  const [kind, ...flags] = args
  if (kind === '--help' || flags.includes('--help')) return 'help'
  if (!isKind(kind)) throw new UsageError(`Cannot start a device as its kind must be one of ${KINDS.join(', ')}`)
  const settings = readSettings(DEVICE_SETTINGS, flags, env)
  return {
    kind,
    issuer: readIssuer(settings.hub ?? 'http://localhost:8080'),
    folder: resolve(join(settings.data ?? './.latchkey', kind)),
    board: settings.board ?? 'linux',
    name: settings.name ?? KIND_NAMES[kind],
    ca: settings.ca === undefined ? undefined : readCa(settings.ca),
    logLevel: settings.log ?? 'info',
    json: settings.json === 'true',
  }
}

function readIssuer(text: string): URL {
  if (!URL.canParse(text))
    throw new UsageError('Cannot use LATCHKEY_HUB (--hub) as it must be a URL: got something else')
  const url = new URL(text)
  const open = url.protocol === 'http:' && !isLoopbackHost(url.hostname)
  if (open || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError('Cannot use LATCHKEY_HUB (--hub) as a hub on the network must be reached by https:')
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError('Cannot use LATCHKEY_HUB (--hub) as it must be scheme, host and port alone')
  }
  return url
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`Cannot use LATCHKEY_CA (--ca) as it must be a PEM file that can be read: ${reason}`)
  }
}
