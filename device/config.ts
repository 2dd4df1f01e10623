// The agent's settings, read once.
import { join, resolve } from 'node:path'
import {
  DEVICE_NAME_FORM,
  type DeviceId,
  isDeviceId,
  isDeviceName,
  isKind,
  KINDS,
  type Kind,
  kindOf,
} from '#contract/ids.ts'
import {
  type Environment,
  readBrokerUrl,
  readHubUrl,
  readIssuerUrl,
  readLogLevel,
  readPem,
  readSecret,
  readSettings,
  type Setting,
  type Settings,
  UsageError,
} from '#contract/settings.ts'
import type { ClientIdentity } from './oauth/client.ts'
import { BOARD_FORM, type BoardWiring, parseBoard } from './wiring/board.ts'

export const DEVICE_SETTINGS = {
  hub: {
    type: 'string',
    variable: 'LATCHKEY_HUB',
    help: 'the hub to join; else the one found by mDNS, else http://localhost:8080',
  },
  issuer: {
    type: 'string',
    variable: 'LATCHKEY_ISSUER',
    help: 'instead of a hub: any OAuth server with the device flow; needs --client-id and --mqtt',
  },
  'client-id': { type: 'string', variable: 'LATCHKEY_CLIENT_ID', help: 'what that server calls this device' },
  'device-id': {
    type: 'string',
    variable: 'LATCHKEY_DEVICE_ID',
    help: "which device it is there, as the hub's LATCHKEY_ISSUER_MAP says; else it makes itself a name",
  },
  'client-secret-file': {
    type: 'string',
    variable: 'LATCHKEY_CLIENT_SECRET_FILE',
    help: 'file with its secret, if it has one',
  },
  scope: { type: 'string', variable: 'LATCHKEY_SCOPE', help: 'what to ask that server for, offline_access' },
  audience: { type: 'string', variable: 'LATCHKEY_AUDIENCE', help: 'what its tokens shall be good for' },
  dpop: { type: 'boolean', variable: 'LATCHKEY_DPOP', help: "bind its tokens to this device's key (RFC 9449)" },
  mqtt: { type: 'string', variable: 'LATCHKEY_BROKER', help: "a broker that is not the hub's: mqtts://…" },
  data: { type: 'string', variable: 'LATCHKEY_DATA', help: 'folder of everything that lasts, ./.latchkey' },
  config: { type: 'string', variable: 'LATCHKEY_CONFIG', help: 'YAML file of what is wired where; see docs/wiring.md' },
  board: {
    type: 'string',
    variable: 'LATCHKEY_BOARD',
    help: 'the hardware: linux, simulated or firmata:<port>; instead of what the file says',
  },
  'pairing-image': {
    type: 'string',
    variable: 'LATCHKEY_PAIRING_IMAGE',
    help: 'file (.png or .pbm) that shows the code while there is one, for an e-paper',
  },
  name: { type: 'string', variable: 'LATCHKEY_NAME', help: 'what the device calls itself' },
  ca: { type: 'string', variable: 'LATCHKEY_CA', help: "PEM file of the hub's certificate authority" },
  'keep-events': {
    type: 'boolean',
    variable: 'LATCHKEY_KEEP_EVENTS',
    help: 'keep events that the hub has not fetched on disk, over a power cut',
  },
  log: { type: 'string', variable: 'LATCHKEY_LOG', help: 'pino level, info' },
  json: { type: 'boolean', help: 'print the pairing code and the state as JSON lines' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

export interface DeviceConfig {
  readonly kind: Kind
  /** Undefined: to be found. */
  readonly issuer: URL | undefined
  readonly identity: ClientIdentity
  readonly broker: URL | undefined
  readonly folder: string
  /** systemd's, with the key that seals the credentials. */
  readonly credentialsDirectory: string | undefined
  /** Undefined: what the wiring file says. */
  readonly board: BoardWiring | undefined
  readonly wiringFile: string | undefined
  readonly pairingImage: string | undefined
  /** Undefined: what the wiring file says. */
  readonly name: string | undefined
  readonly ca: string | undefined
  readonly keepEvents: boolean
  readonly logLevel: string
  readonly json: boolean
}

/** `args` begins with the kind. Throws a `UsageError` that names the setting. */
export function readDeviceConfig(args: readonly string[], env: Environment): DeviceConfig | 'help' {
  if (args.includes('--help')) return 'help'
  const [word, ...flags] = args
  const kind = readKind(word)
  const settings = readSettings(DEVICE_SETTINGS, flags, env)
  return {
    kind,
    ...readServer(settings, kind, env.CREDENTIALS_DIRECTORY),
    folder: folderOf(settings.data, kind),
    credentialsDirectory: env.CREDENTIALS_DIRECTORY,
    board: settings.board === undefined ? undefined : readBoard(settings.board),
    wiringFile: settings.config,
    pairingImage: settings['pairing-image'] && readImageFile(settings['pairing-image']),
    name: settings.name === undefined ? undefined : readName(settings.name),
    ca: settings.ca === undefined ? undefined : readPem(settings.ca, 'LATCHKEY_CA (--ca)'),
    keepEvents: settings['keep-events'] === 'true',
    logLevel: readLogLevel(settings.log ?? 'info'),
    json: settings.json === 'true',
  }
}

/** Throws a `UsageError` that names the kinds there are. */
export function readKind(word: string | undefined): Kind {
  if (isKind(word)) return word
  const got = word === undefined ? 'nothing' : `"${word}"`
  throw new UsageError(`Cannot tell which device is meant as it must be one of ${KINDS.join(', ')}: got ${got}`)
}

/** The device's own, in the folder of everything that lasts. */
export const folderOf = (data: string | undefined, kind: Kind): string => resolve(join(data ?? './.latchkey', kind))

export function readBoard(name: string): BoardWiring {
  const board = parseBoard(name)
  if (board === undefined)
    throw new UsageError(`Cannot use LATCHKEY_BOARD (--board) as it ${BOARD_FORM}: got "${name}"`)
  return board
}

function readName(name: string): string {
  if (isDeviceName(name)) return name
  throw new UsageError(`Cannot use LATCHKEY_NAME (--name) as it must be ${DEVICE_NAME_FORM}: got something else`)
}

function readImageFile(file: string): string {
  if (/\.(png|pbm)$/i.test(file)) return file
  throw new UsageError(
    'Cannot use LATCHKEY_PAIRING_IMAGE (--pairing-image) as it must end with .png or .pbm: got neither',
  )
}

/** What only another server than a hub is told. */
const FOR_ISSUER = ['client-id', 'device-id', 'client-secret-file', 'scope', 'audience', 'dpop'] as const

type ServerConfig = Pick<DeviceConfig, 'issuer' | 'identity' | 'broker'>

function readServer(
  settings: Settings<keyof typeof DEVICE_SETTINGS>,
  kind: Kind,
  credentialsDirectory: string | undefined,
): ServerConfig {
  const { hub, issuer, audience } = settings
  const clientId = settings['client-id']
  const broker = settings.mqtt === undefined ? undefined : readBrokerUrl(settings.mqtt, 'LATCHKEY_BROKER (--mqtt)')
  if (issuer === undefined) {
    const lonely = FOR_ISSUER.find((name) => settings[name] !== undefined)
    if (lonely !== undefined)
      throw new UsageError(`Cannot use --${lonely} as it needs --issuer: a hub is told nothing of the kind`)
    const named = hub === undefined ? undefined : readHubUrl(hub, 'LATCHKEY_HUB (--hub)')
    return { issuer: named, identity: { type: 'registers' }, broker }
  }
  if (hub !== undefined) throw new UsageError('Cannot use --hub and --issuer as there must be one server: got both')
  const found = readIssuerUrl(issuer, 'LATCHKEY_ISSUER (--issuer)')
  if (clientId === undefined) throw new UsageError('Cannot use --issuer as it needs --client-id: got none')
  if (broker === undefined) throw new UsageError('Cannot use --issuer as it needs --mqtt, a broker: got none')
  const secretFile = settings['client-secret-file']
  const setting = 'LATCHKEY_CLIENT_SECRET_FILE (--client-secret-file)'
  const secret = secretFile && readSecret(secretFile, setting, credentialsDirectory)
  const scope = settings.scope ?? 'offline_access'
  return {
    issuer: found,
    identity: {
      ...{ type: 'given', clientId, device: readDeviceId(settings['device-id'], kind), secret, scope, audience },
      dpop: settings.dpop === 'true',
    },
    broker,
  }
}

function readDeviceId(id: string | undefined, kind: Kind): DeviceId | undefined {
  if (id === undefined) return undefined
  if (isDeviceId(id) && kindOf(id) === kind) return id
  throw new UsageError(
    `Cannot use LATCHKEY_DEVICE_ID (--device-id) as it must be ${kind}- and six letters or digits: got something else`,
  )
}
