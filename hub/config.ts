// The hub's settings, read once.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Environment, readSettings, type Setting, type Settings, UsageError } from '#contract/settings.ts'
import { type LegacyFlow, readLegacyFlows } from './authorization/flows/legacy.ts'
import { type IdentityProviderSettings, readIdentityProviders } from './authorization/identities/settings.ts'
import { EXTERNAL_SETTINGS, type ExternalConfig, readExternal } from './external/config.ts'
import { type Address, parseAddress, refuseOpenBinding } from './tls/addresses.ts'

export const HUB_SETTINGS = {
  data: { type: 'string', variable: 'LATCHKEY_DATA', help: 'folder of everything that lasts, ./.latchkey' },
  http: { type: 'string', variable: 'LATCHKEY_HTTP', help: 'page, API and authorization server, 127.0.0.1:8080' },
  mqtt: { type: 'string', variable: 'LATCHKEY_MQTT', help: 'MQTT, 127.0.0.1:1883, or "off"' },
  mqtts: { type: 'string', variable: 'LATCHKEY_MQTTS', help: 'MQTT over TLS, off' },
  'public-url': { type: 'string', variable: 'LATCHKEY_PUBLIC_URL', help: 'issuer, http://localhost:8080' },
  tls: { type: 'string', variable: 'LATCHKEY_TLS', help: '"auto": certificates of our own, or "off"' },
  'tls-cert': { type: 'string', variable: 'LATCHKEY_TLS_CERT', help: 'own certificate chain, PEM' },
  'tls-key': { type: 'string', variable: 'LATCHKEY_TLS_KEY', help: 'its private key, PEM' },
  'legacy-flows': {
    type: 'string',
    variable: 'LATCHKEY_LEGACY_FLOWS',
    help: 'discouraged OAuth flows to switch on: implicit-token, password',
  },
  ...EXTERNAL_SETTINGS,
  'sign-in': {
    type: 'string',
    variable: 'LATCHKEY_SIGN_IN',
    help: 'file that names OpenID providers people may sign in with, YAML or JSON',
  },
  lan: { type: 'boolean', help: 'for phones on the same network: https://hub.local:8443' },
  'insecure-lan': { type: 'boolean', help: 'allow a network address without TLS' },
  log: { type: 'string', variable: 'LATCHKEY_LOG', help: 'pino level, info' },
} as const satisfies Record<string, Setting>

export type TlsConfig =
  | { readonly type: 'off' }
  /** Certificates by the hub's own authority; `trust` is where the plain page that hands it out listens. */
  | { readonly type: 'auto'; readonly trust: Address | undefined }
  | { readonly type: 'files'; readonly cert: string; readonly key: string }

export interface HubConfig {
  /** The hub's own part of the data folder. */
  readonly folder: string
  readonly http: Address
  readonly mqtt: Address | undefined
  readonly mqtts: Address | undefined
  /** Undefined: `localhost` and the port that HTTP got. */
  readonly publicUrl: URL | undefined
  readonly tls: TlsConfig
  /** Answer to `hub.local` on the network. */
  readonly mdns: boolean
  /** Discouraged flows that this household has switched on; none. */
  readonly legacyFlows?: readonly LegacyFlow[]
  /** Another server that says who comes in; none, the hub does. */
  readonly external?: ExternalConfig | undefined
  /** Where people may have an account already; nowhere. */
  readonly identityProviders?: readonly IdentityProviderSettings[]
}

/** Throws a `UsageError` that names the setting. */
export function readHubConfig(settings: Settings<keyof typeof HUB_SETTINGS>): HubConfig {
  const lan = settings.lan === 'true'
  const http = parseAddress(settings.http ?? (lan ? '0.0.0.0:8443' : '127.0.0.1:8080'), 'LATCHKEY_HTTP (--http)')
  const mqtt = readOptional(settings.mqtt ?? '127.0.0.1:1883', 'LATCHKEY_MQTT (--mqtt)')
  const mqtts = readOptional(settings.mqtts ?? (lan ? '0.0.0.0:8883' : 'off'), 'LATCHKEY_MQTTS (--mqtts)')
  const tls = readTls(settings, lan, http)
  const openness = { tls: tls.type !== 'off', insecureLan: settings['insecure-lan'] === 'true' }
  refuseOpenBinding(http, 'LATCHKEY_HTTP', openness)
  if (mqtt !== undefined) refuseOpenBinding(mqtt, 'LATCHKEY_MQTT', { ...openness, tls: false })
  if (mqtts !== undefined && tls.type === 'off') {
    throw new UsageError(
      'Cannot use LATCHKEY_MQTTS (--mqtts) without a certificate: set LATCHKEY_TLS=auto or an own one',
    )
  }
  const external = readExternal(settings)
  const legacyFlows = readLegacyFlows(settings['legacy-flows'])
  if (external !== undefined && legacyFlows.length > 0) {
    throw new UsageError(
      'Cannot use LATCHKEY_LEGACY_FLOWS (--legacy-flows) and LATCHKEY_ISSUER (--issuer) as the other server has the flows: got both',
    )
  }
  return {
    folder: resolve(join(settings.data ?? './.latchkey', 'hub')),
    ...{ http, mqtt, mqtts, tls },
    publicUrl: readPublicUrl(settings['public-url'], lan, http, tls),
    mdns: lan,
    ...{ legacyFlows, external, identityProviders: readSignIn(settings['sign-in'], external) },
  }
}

function readSignIn(file: string | undefined, external: ExternalConfig | undefined) {
  if (file === undefined) return []
  if (external === undefined) return readIdentityProviders(file, 'LATCHKEY_SIGN_IN (--sign-in)')
  throw new UsageError(
    'Cannot use LATCHKEY_SIGN_IN (--sign-in) and LATCHKEY_ISSUER (--issuer) as people sign in at the other server: got both',
  )
}

/** The command line of `latchkey hub`. */
export const readHubSettings = (args: readonly string[], env: Environment) =>
  readSettings({ ...HUB_SETTINGS, json: JSON_SETTING, help: HELP_SETTING }, args, env)

export const JSON_SETTING = { type: 'boolean', help: 'print facts as JSON lines' } as const satisfies Setting
export const HELP_SETTING = { type: 'boolean', help: 'this text' } as const satisfies Setting

const readOptional = (text: string, setting: string): Address | undefined =>
  text === 'off' ? undefined : parseAddress(text, setting)

function readTls(settings: Settings<keyof typeof HUB_SETTINGS>, lan: boolean, http: Address): TlsConfig {
  const { tls = lan ? 'auto' : 'off', 'tls-cert': cert, 'tls-key': key } = settings
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(
      'Cannot use LATCHKEY_TLS_CERT without LATCHKEY_TLS_KEY, nor the other way round: got one of them',
    )
  }
  if (cert !== undefined && key !== undefined) {
    return { type: 'files', cert: readPem(cert, 'LATCHKEY_TLS_CERT'), key: readPem(key, 'LATCHKEY_TLS_KEY') }
  }
  if (tls === 'off') return { type: 'off' }
  if (tls !== 'auto')
    throw new UsageError('Cannot use LATCHKEY_TLS (--tls) as it must be auto or off: got something else')
  return { type: 'auto', trust: lan ? { host: http.host, port: http.port === 0 ? 0 : http.port + 1 } : undefined }
}

function readPem(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`Cannot use ${setting} as it must name a PEM file that can be read: ${reason}`)
  }
}

function readPublicUrl(text: string | undefined, lan: boolean, http: Address, tls: TlsConfig): URL | undefined {
  if (text === undefined) {
    if (lan && http.port !== 0) return new URL(`https://hub.local:${http.port}`)
    return undefined
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (url === undefined || !plain || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(
      'Cannot use LATCHKEY_PUBLIC_URL (--public-url) as it must be scheme, host and port alone, such as https://hub.local:8443',
    )
  }
  if (tls.type !== 'off' && url.protocol === 'http:') {
    throw new UsageError('Cannot use LATCHKEY_PUBLIC_URL (--public-url) as it must begin with https: where TLS is on')
  }
  return url
}
