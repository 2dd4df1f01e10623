// The command line of `latchkey simulate`.
import { randomInt } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, readCommand, type Setting, UsageError } from '#contract/settings.ts'
import type { Millis } from '#contract/time.ts'
import { HELP_SETTING } from '../hub.ts'
import { readLength } from '../length.ts'

export const SIMULATE_SETTINGS = {
  seed: { type: 'string', help: "instead of the scenario's own: a whole number, or random" },
  speed: { type: 'string', help: 'times real time, such as 60, or realtime; as fast as it can' },
  timeout: { type: 'string', help: 'real time after which a scenario is given up, 10m; of --fuzz, each of them' },
  junit: { type: 'string', help: 'write the results to this file as JUnit XML' },
  html: { type: 'string', help: 'write a time line to this file, one HTML page a scenario' },
  summary: { type: 'string', help: 'append a summary to this file as Markdown' },
  transcript: { type: 'string', help: 'write every message to this file as NDJSON' },
  json: { type: 'boolean', help: 'print the results as JSON, and nothing else' },
  fuzz: { type: 'string', help: 'no file: so many random scenarios against the safety rules' },
  found: { type: 'string', help: 'where --fuzz writes what it found, found.yaml' },
  schema: { type: 'boolean', help: 'print the JSON Schema of a scenario' },
  help: HELP_SETTING,
} as const satisfies Record<string, Setting>

export interface SimulateConfig {
  readonly files: readonly string[]
  readonly seed: number | undefined
  readonly speed: number | undefined
  readonly timeout: Millis | undefined
  readonly junit: string | undefined
  readonly html: string | undefined
  readonly summary: string | undefined
  readonly transcript: string | undefined
  readonly json: boolean
  /** Tell GitHub which lines did not hold. */
  readonly annotate: boolean
  /** How many random scenarios; undefined where files are run. */
  readonly fuzz: number | undefined
  readonly found: string
}

/** Throws a `UsageError` that names the flag. */
export function readSimulateConfig(args: readonly string[], env: Environment): SimulateConfig | 'help' | 'schema' {
  const { words, settings } = readCommand(SIMULATE_SETTINGS, args, env)
  if (settings.help === 'true') return 'help'
  if (settings.schema === 'true') return 'schema'
  const { junit, html, summary, transcript, found = 'found.yaml' } = settings
  const fuzz = settings.fuzz === undefined ? undefined : readCount(settings.fuzz)
  const files = words.flatMap(scenariosAt)
  if (fuzz !== undefined && files.length > 0) {
    throw new UsageError('Cannot use --fuzz with a scenario as it must make its own: leave the file out')
  }
  if (fuzz === undefined && files.length === 0) {
    throw new UsageError('Cannot simulate as there must be a scenario: latchkey simulate home.yaml (see --help)')
  }
  if (fuzz !== undefined && settings.speed !== undefined) {
    throw new UsageError('Cannot use --speed with --fuzz as nobody can watch a search: leave it out')
  }
  if (fuzz === undefined && settings.found !== undefined) {
    throw new UsageError('Cannot use --found as it must come with --fuzz: got scenarios')
  }
  if (transcript !== undefined && files.length !== 1) {
    throw new UsageError('Cannot use --transcript as there must be one scenario: got another number of them')
  }
  return {
    ...{ files, junit, html, summary, transcript, fuzz, found },
    seed: readSeed(settings.seed),
    speed: readSpeed(settings.speed),
    timeout: readTimeout(settings.timeout),
    json: settings.json === 'true',
    annotate: env.GITHUB_ACTIONS === 'true' && settings.json !== 'true',
  }
}

const IS_SCENARIO = /\.ya?ml$/i

/** A file, or every scenario of a folder. */
function scenariosAt(path: string): readonly string[] {
  if (!existsSync(path))
    throw new UsageError(`Cannot simulate ${path} as it must be a file or a folder: it is not there`)
  if (!statSync(path).isDirectory()) return [path]
  const files = readdirSync(path)
    .filter((name) => IS_SCENARIO.test(name))
    .sort()
  if (files.length === 0)
    throw new UsageError(`Cannot simulate ${path} as it must have scenarios (.yaml) in it: got none`)
  return files.map((name) => join(path, name))
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text === 'random') return randomInt(1, 1_000_000)
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new UsageError(`Cannot use --seed as it must be a whole number or random: got "${text}"`)
  }
  return Number(text)
}

function readSpeed(text: string | undefined): number | undefined {
  if (text === undefined || text === 'max') return undefined
  const speed = text === 'realtime' ? 1 : Number(text.replace(/x$/, ''))
  if (Number.isFinite(speed) && speed > 0) return speed
  throw new UsageError(`Cannot use --speed as it must be a number above 0, realtime or max: got "${text}"`)
}

function readTimeout(text: string | undefined): Millis | undefined {
  const length = text === undefined ? undefined : readLength(text)
  if (text !== undefined && !length) throw new UsageError(`Cannot use --timeout as it must be like 10m: got "${text}"`)
  return length
}

const MOST_SCENARIOS = 1_000_000

function readCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count > 0 && count <= MOST_SCENARIOS) return count
  throw new UsageError(
    `Cannot use --fuzz as it must be a number of scenarios from 1 to ${MOST_SCENARIOS}, such as 200: got "${text}"`,
  )
}
