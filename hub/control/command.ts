// What the two command lines of the hub have in common: `latchkey keys` and `latchkey token`.
import { join, resolve } from 'node:path'
import type { Clock } from '#contract/clock.ts'
import { type Environment, formatSettings, readCommand, type Setting } from '#contract/settings.ts'
import { HELP_SETTING, HUB_SETTINGS } from '../config.ts'
import { askHub } from './ask.ts'
import type { Ask, Reply } from './requests.ts'

export interface Caller {
  readonly args: readonly string[]
  readonly env: Environment
  readonly clock: Clock
  /** What was asked for: to standard output. */
  readonly print: (line: string) => void
  /** What a person should know besides: to standard error. */
  readonly explain: (line: string) => void
}

/** What is said, and where: a secret is printed alone, so that it can be piped. */
export interface Said {
  readonly facts: readonly string[]
  readonly explained?: readonly string[]
}

export interface Command<Flag extends string> {
  /** The first lines of `--help`. */
  readonly usage: string
  readonly flags: Readonly<Record<Flag, Setting>>
  /** Throws a `UsageError`. */
  readonly read: (words: readonly string[], flags: Readonly<Record<Flag, string | undefined>>) => Ask
  /** `onIt` follows a command that is named: it finds the same hub. */
  readonly say: (reply: Reply, onIt: string) => Said
}

const COMMON = {
  data: HUB_SETTINGS.data,
  json: { type: 'boolean', help: 'print what is answered as JSON' },
  help: HELP_SETTING,
} as const satisfies Record<string, Setting>

const onIt = (data: string | undefined): string => (data === undefined ? '' : ` --data ${quote(data)}`)

/** As a shell reads it (POSIX §2.2.2). */
const quote = (word: string): string => (/^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** Resolves with the exit code: 0 done, 1 not done. Rejects when it was used wrongly, or when there is no hub. */
export async function runHubCommand<Flag extends string>(command: Command<Flag>, caller: Caller): Promise<number> {
  const { args, env, clock, print, explain } = caller
  const table: Readonly<Record<string, Setting>> = { ...command.flags, ...COMMON }
  const { words, settings } = readCommand(table, args, env)
  if (settings.help === 'true') {
    print(`${command.usage}\n\n${formatSettings(table)}\n\nExit codes: 0 done, 1 failed, 2 wrong usage.`)
    return 0
  }
  const ask = command.read(words, settings as Readonly<Record<Flag, string | undefined>>)
  const folder = resolve(join(settings.data ?? './.latchkey', 'hub'))
  const { pid: _, ...reply } = await askHub(folder, ask, clock)
  if (settings.json === 'true') print(JSON.stringify(reply))
  else if (!reply.ok) explain(`Not done: ${reply.because}`)
  else {
    const { facts, explained = [] } = command.say({ pid: process.pid, ...reply }, onIt(settings.data))
    for (const line of facts) print(line)
    for (const line of explained) explain(line)
  }
  return reply.ok ? 0 : 1
}
