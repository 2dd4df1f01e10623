// What the commands to an agent are told: each takes its own few settings, and refuses those of others.
import type { Kind } from '#contract/ids.ts'
import { type Environment, formatSettings, readSettings, type Setting } from '#contract/settings.ts'
import { DEVICE_SETTINGS, folderOf, readKind } from '../config.ts'
import { DEVICE_PROGRAM } from '../program-name.ts'
import type { Request } from './requests.ts'

const SHARED = {
  data: DEVICE_SETTINGS.data,
  json: { type: 'boolean', help: 'print the answer as JSON' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

interface Usage {
  readonly kinds: string
  readonly about: string
  readonly settings: Readonly<Record<string, Setting>>
}

const ANY = '<thermostat|toaster|security>'
const USAGES: Readonly<Record<Request, Usage>> = {
  status: { kinds: ANY, about: 'Says how it is: in, offline, or waiting for a person.', settings: {} },
  pair: { kinds: ANY, about: 'Asks for a new code, where it waits for a person.', settings: {} },
  unpair: { kinds: ANY, about: 'Takes it out of its home. It keeps its name, key and settings.', settings: {} },
  reset: { kinds: ANY, about: 'Makes it as new, for another home: all that it keeps is erased.', settings: {} },
  'add-code': {
    kinds: 'security',
    about: 'Gives somebody a code, which is typed and not shown.',
    settings: {
      user: { type: 'string', help: 'whose code it is' },
      duress: { type: 'boolean', help: 'for whoever is forced to give one: it disarms and tells the owners' },
    },
  },
  'remove-code': {
    kinds: 'security',
    about: "Takes somebody's code away, while the panel is disarmed.",
    settings: { user: { type: 'string', help: 'whose code it is' } },
  },
  'list-codes': { kinds: 'security', about: 'Says whose codes there are.', settings: {} },
  log: {
    kinds: 'security',
    about: 'Shows what the panel has seen, also where no agent runs.',
    settings: { verify: { type: 'boolean', help: 'say whether its chain of hashes holds, and where it does not' } },
  },
}

export interface RequestSettings {
  readonly kind: Kind
  readonly folder: string
  readonly user: string | undefined
  readonly duress: boolean
  readonly verify: boolean
  readonly json: boolean
}

/** `args` is what follows the word. Throws a `UsageError`. */
export function readRequestSettings(
  request: Request,
  args: readonly string[],
  env: Environment,
): RequestSettings | 'help' {
  if (args.includes('--help')) return 'help'
  const [word, ...flags] = args
  const kind = readKind(word)
  const settings = readSettings<string>(tableOf(request), flags, env)
  return {
    kind,
    folder: folderOf(settings.data, kind),
    user: settings.user,
    duress: settings.duress === 'true',
    verify: settings.verify === 'true',
    json: settings.json === 'true',
  }
}

/** The whole of its `--help`. */
export function helpFor(request: Request): string {
  const { kinds, about } = USAGES[request]
  const lines = [`Usage: ${DEVICE_PROGRAM} ${request} ${kinds} [options]`, '', about]
  return [...lines, '', formatSettings(tableOf(request))].join('\n')
}

const tableOf = (request: Request): Readonly<Record<string, Setting>> => ({ ...USAGES[request].settings, ...SHARED })
