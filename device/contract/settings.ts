// How a program's settings are read: an environment variable each, each also a flag, once, at start.
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { COLUMNS, wrapWords } from './columns.ts'
import { isReadByOthers } from './files.ts'
import { findUnknownVariable, type Variable } from './variables.ts'

/** A setting or a flag is wrong. One line that names it; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Setting {
  /** The environment variable, or undefined where only the flag exists. */
  readonly variable?: Variable
  /** A switch takes no value. */
  readonly type: 'string' | 'boolean'
  /** One line of `--help`. */
  readonly help: string
}

export type Settings<Names extends string> = Readonly<Record<Names, string | undefined>>

/**
 * Reads flags, then the environment. A switch that is on reads `"true"`. Throws a `UsageError` for an unknown flag or
 * variable, a missing value or an argument too many.
 */
export function readSettings<Names extends string>(
  table: Readonly<Record<Names, Setting>>,
  args: readonly string[],
  env: Environment,
): Settings<Names> {
  const { words, settings } = readCommand(table, args, env)
  if (words.length > 0) throw new UsageError(`Unexpected argument '${words[0]}': see --help`)
  return settings
}

/** The same for a program that takes words, such as files, beside its flags. */
export function readCommand<Names extends string>(
  table: Readonly<Record<Names, Setting>>,
  args: readonly string[],
  env: Environment,
): { readonly words: readonly string[]; readonly settings: Settings<Names> } {
  const names = Object.keys(table) as Names[]
  const options = Object.fromEntries(names.map((name) => [name, { type: table[name].type }] as const))
  const { values, positionals: words } = parseFlags(args, options)
  const unknown = findUnknownVariable(env)
  if (unknown !== undefined) throw new UsageError(unknown)
  const entries = names.map((name) => {
    const given = values[name]
    return [name, given === undefined ? readVariable(table[name], env) : String(given)] as const
  })
  return { words, settings: Object.fromEntries(entries) as Settings<Names> }
}

/** One that is empty is one that is not set. */
function readVariable({ variable, type }: Setting, env: Environment): string | undefined {
  const text = variable === undefined ? undefined : env[variable]
  if (text === undefined || text === '') return undefined
  if (type === 'boolean' && text !== 'true' && text !== 'false') {
    throw new UsageError(`Cannot use ${variable} as it must be true or false: got something else`)
  }
  return text
}

function parseFlags(args: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    // Node goes on with what nobody asked: how to name a file that begins with a dash.
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split(/\. To specify|\n/)
    throw new UsageError(`${line}: see --help`)
  }
}

/** The lines of `--help` for a table of settings, in 80 columns. */
export function formatSettings(table: Readonly<Record<string, Setting>>): string {
  const rows = Object.entries(table).map(([name, { type, variable, help }]) => {
    const flag = `--${name}${type === 'string' ? ' <value>' : ''}`
    return { flag, text: variable === undefined ? help : `${help} (${variable})` }
  })
  const width = Math.max(...rows.map(({ flag }) => flag.length))
  const begin = (flag: string) => `  ${flag.padEnd(width)}  `
  return rows
    .flatMap(({ flag, text }) =>
      wrapWords(text, COLUMNS - width - 4).map((line, at) => begin(at === 0 ? flag : '') + line),
    )
    .join('\n')
}

/** Whether a host of a URL or a listen address is this machine and nothing else. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/** The hub to join: plain HTTP never leaves the machine. Throws a `UsageError` that names `setting`. */
export function readHubUrl(text: string, setting: string): URL {
  const url = readIssuerUrl(text, setting)
  if (url.pathname !== '/') {
    throw new UsageError(`Cannot use ${setting} as it must be scheme, host and port alone: got more`)
  }
  return url
}

/** An authorization server, which may have a path (RFC 8414 §2). Throws a `UsageError` that names `setting`. */
export function readIssuerUrl(text: string, setting: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`Cannot use ${setting} as it must be a URL such as https://hub.local:8443: got something else`)
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new UsageError(`Cannot use ${setting} as a server on the network must be reached by https: got http`)
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError(`Cannot use ${setting} as it must have neither user, query nor fragment: got one`)
  }
  return url
}

/** A broker; a token in the clear never leaves the machine. Throws a `UsageError` that names `setting`. */
export function readBrokerUrl(text: string, setting: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new UsageError(`Cannot use ${setting} as it must be a URL such as mqtts://broker.example: got something else`)
  }
  if (['mqtt:', 'ws:'].includes(url.protocol) && !isLoopbackHost(url.hostname)) {
    throw new UsageError(
      `Cannot use ${setting} as a broker on the network must be reached by mqtts or wss: got neither`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`Cannot use ${setting} as the access token is the password: got another one`)
  }
  return url
}

/**
 * The text of a file that holds a secret and a line end. Throws a `UsageError` that names `setting`. What systemd hands over in
 * `credentialsDirectory` it guards itself, in ways that a mode does not show (systemd.exec(5), ACLs).
 */
export function readSecret(file: string, setting: string, credentialsDirectory?: string): string {
  const text = readBytes(file, setting, 'a file that can be read').toString('utf8').trim()
  if (text === '') throw new UsageError(`Cannot use ${setting} as it must hold a secret: got an empty file`)
  const isGuarded = credentialsDirectory !== undefined && dirname(resolve(file)) === resolve(credentialsDirectory)
  if (!isGuarded && isReadByOthers(statSync(file))) {
    throw new UsageError(`Cannot use ${setting} as nobody else may read it: set its mode with chmod 600`)
  }
  return text
}

/** The PEM of a file with certificates; one in DER, as the hub hands it out to phones, will do. Throws a `UsageError` that names `setting`. */
export function readPem(file: string, setting: string): string {
  const bytes = readBytes(file, setting, 'a PEM file that can be read')
  const text = bytes.toString('utf8')
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  try {
    return new X509Certificate(bytes).toString()
  } catch {
    throw new UsageError(`Cannot use ${setting} as its file must hold a certificate: got none`)
  }
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** A level of pino. Throws a `UsageError`. */
export function readLogLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text
  throw new UsageError(`Cannot use LATCHKEY_LOG (--log) as it must be one of ${LOG_LEVELS.join(', ')}: got "${text}"`)
}

function readBytes(file: string, setting: string, what: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`Cannot use ${setting} as it must name ${what}: ${reason}`)
  }
}
