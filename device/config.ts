// The agent's settings, read once.
import { join, resolve } from 'node:path'
import { isKind, KINDS, type Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { type Environment, readHubUrl, readPem, readSettings, type Setting, UsageError } from '#contract/settings.ts'

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
    issuer: readHubUrl(settings.hub ?? 'http://localhost:8080', 'LATCHKEY_HUB (--hub)'),
    folder: resolve(join(settings.data ?? './.latchkey', kind)),
    board: settings.board ?? 'linux',
    name: settings.name ?? KIND_NAMES[kind],
    ca: settings.ca === undefined ? undefined : readPem(settings.ca, 'LATCHKEY_CA (--ca)'),
    logLevel: settings.log ?? 'info',
    json: settings.json === 'true',
  }
}
