import {
  type Environment,
  readHubUrl,
  readLogLevel,
  readPem,
  readSettings,
  type Setting,
  UsageError,
} from '#contract/settings.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { HELP_SETTING, JSON_SETTING } from '../hub.ts'
import { readLength } from '../length.ts'

export const FLEET_SETTINGS = {
  devices: { type: 'string', help: 'how many, 100' },
  for: { type: 'string', help: 'how long they are held once all are in, 30s' },
  rate: { type: 'string', help: 'messages a second of each device, 0.1' },
  // A flag alone: a load test does not go to the hub that an environment names for a device.
  hub: { type: 'string', help: 'an existing hub to join; else one is started for it, and goes with it' },
  ca: { type: 'string', variable: 'LATCHKEY_CA', help: "PEM file of that hub's certificate authority" },
  'token-lifetime': { type: 'string', help: 'of the access tokens of a hub of its own, 10m' },
  log: { type: 'string', variable: 'LATCHKEY_LOG', help: 'pino level of a hub of its own, error' },
  json: JSON_SETTING,
  help: HELP_SETTING,
} as const satisfies Record<string, Setting>

export interface Account {
  readonly name: string
  readonly password: string
}

/** Whose hub it is: one that goes with the fleet, or somebody's. */
export type HubChoice =
  | { readonly type: 'own'; readonly tokenLifetime: Millis | undefined; readonly log: string }
  | { readonly type: 'existing'; readonly issuer: URL; readonly account: Account; readonly ca: string | undefined }

export interface FleetConfig {
  readonly devices: number
  readonly holdFor: Millis
  /** Messages a second of each device. */
  readonly rate: number
  readonly hub: HubChoice
  readonly json: boolean
}

/** Throws a `UsageError` that names the setting. */
export function readFleetConfig(args: readonly string[], env: Environment): FleetConfig | 'help' {
  const settings = readSettings(FLEET_SETTINGS, args, env)
  if (settings.help === 'true') return 'help'
  return {
    devices: readNumber(settings.devices ?? '100', '--devices', { min: 1, whole: true }),
    holdFor: readTime(settings.for, '--for') ?? seconds(30),
    rate: readNumber(settings.rate ?? '0.1', '--rate', { min: 0, whole: false }),
    hub: settings.hub === undefined ? readOwn(settings) : readExisting(settings.hub, settings, env),
    json: settings.json === 'true',
  }
}

type Given = Readonly<Record<'ca' | 'token-lifetime' | 'log', string | undefined>>

/** Devices renew at 85 % of a token's life at the latest, and a JWT ends at a whole second, up to one before that life is over. */
const SHORTEST_TOKEN = seconds(8)

function readOwn(given: Given): HubChoice {
  const tokenLifetime = readTime(given['token-lifetime'], '--token-lifetime')
  if (tokenLifetime !== undefined && tokenLifetime < SHORTEST_TOKEN) {
    throw new UsageError('Cannot use --token-lifetime as it must be 8s or longer: got less')
  }
  return { type: 'own', tokenLifetime, log: readLogLevel(given.log ?? 'error') }
}

function readExisting(text: string, given: Given, env: Environment): HubChoice {
  if (given['token-lifetime'] !== undefined) {
    throw new UsageError('Cannot use --token-lifetime with --hub as only a hub of its own takes it: got both')
  }
  const issuer = readHubUrl(text, '--hub')
  const { LATCHKEY_OWNER_NAME: name, LATCHKEY_OWNER_PASSWORD: password } = env
  if (!name || !password) {
    throw new UsageError(
      'Cannot join a hub as somebody must say yes to the devices: LATCHKEY_OWNER_NAME and LATCHKEY_OWNER_PASSWORD must be set in the environment',
    )
  }
  const ca = given.ca === undefined ? undefined : readPem(given.ca, 'LATCHKEY_CA (--ca)')
  return { type: 'existing', issuer, account: { name, password }, ca }
}

function readNumber(text: string, flag: string, { min, whole }: { min: number; whole: boolean }): number {
  const read = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (read >= min && Number.isFinite(read) && (!whole || Number.isSafeInteger(read))) return read
  throw new UsageError(
    `Cannot use ${flag} as it must be a ${whole ? 'whole ' : ''}number from ${min}: got something else`,
  )
}

function readTime(text: string | undefined, flag: string): Millis | undefined {
  const read = text === undefined ? undefined : readLength(text)
  if (text !== undefined && read === undefined) {
    throw new UsageError(`Cannot use ${flag} as it must be a length of time such as 30s or 5m: got something else`)
  }
  return read
}
