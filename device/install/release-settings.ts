// What `latchkey device release` is told: the little that it needs. It must not fail over an address or a certificate.
import type { Kind } from '#contract/ids.ts'
import {
  type Environment,
  formatSettings,
  readLogLevel,
  readSettings,
  type Setting,
  UsageError,
} from '#contract/settings.ts'
import { DEVICE_SETTINGS, folderOf, readBoard, readKind } from '../config.ts'
import { DEVICE_PROGRAM } from '../program-name.ts'
import type { BoardWiring } from '../wiring/board.ts'

const { config, data, board, log, hub, ca } = DEVICE_SETTINGS
const SETTINGS = {
  ...{ config, data, board, log },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

export interface ReleaseSettings {
  readonly kind: Kind
  readonly file: string
  readonly folder: string
  readonly board: BoardWiring | undefined
  readonly logLevel: string
}

/** `args` is what follows the word. Throws a `UsageError`. */
export function readReleaseSettings(args: readonly string[], env: Environment): ReleaseSettings | 'help' {
  if (args.includes('--help')) return 'help'
  const [word, ...flags] = args
  const kind = readKind(word)
  // Units give it the options of the agent, of which these two mean nothing here.
  const { config: file, ...settings } = readSettings({ ...SETTINGS, hub, ca }, flags, ownOf(env))
  if (file === undefined) throw new UsageError('Cannot release outputs as --config must name the wiring file: got none')
  return {
    ...{ kind, file, folder: folderOf(settings.data, kind) },
    board: settings.board === undefined ? undefined : readBoard(settings.board),
    logLevel: readLogLevel(settings.log ?? 'info'),
  }
}

/** Only its own variables: the agent refuses one that is misspelt and ends, and its outputs must be released all the same. */
const ownOf = (env: Environment): Environment =>
  Object.fromEntries(
    Object.values(SETTINGS).flatMap((setting) =>
      'variable' in setting ? [[setting.variable, env[setting.variable]]] : [],
    ),
  )

/** The whole of its `--help`. */
export const helpForRelease = (): string =>
  `Usage: ${DEVICE_PROGRAM} release <thermostat|toaster|security> [options]

Switches every output off, for when no agent runs.

${formatSettings(SETTINGS)}`
