// What `latchkey device install` and `uninstall` are told.
import { isKind, KINDS, type Kind } from '#contract/ids.ts'
import { type Environment, readCommand, readHubUrl, readPem, type Setting, UsageError } from '#contract/settings.ts'

export const INSTALL_SETTINGS = {
  config: { type: 'string', help: 'YAML file of what is wired where; see docs/wiring.md' },
  hub: { type: 'string', help: 'the hub to join; else the one found by mDNS' },
  ca: { type: 'string', help: "PEM file of that hub's certificate authority" },
  root: { type: 'string', help: 'put everything below this folder, for an image' },
  'dry-run': { type: 'boolean', help: 'write nothing, and print what would be written' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Setting>

export interface InstallSettings {
  readonly kind: Kind
  readonly config: string | undefined
  readonly hub: string | undefined
  /** The text of the PEM file. */
  readonly ca: string | undefined
  /** Empty for this machine. */
  readonly root: string
  readonly dry: boolean
}

/** `args` is what follows the word. Throws a `UsageError`. */
export function readInstallSettings(args: readonly string[], env: Environment): InstallSettings | 'help' {
  const { words, settings } = readCommand(INSTALL_SETTINGS, args, env)
  if (settings.help === 'true') return 'help'
  const [kind, more] = words
  if (!isKind(kind)) throw new UsageError(`Cannot install a device as its kind must be one of ${KINDS.join(', ')}`)
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}': see --help`)
  return {
    kind,
    config: settings.config,
    hub: settings.hub === undefined ? undefined : readHubUrl(settings.hub, '--hub').origin,
    ca: settings.ca === undefined ? undefined : readPem(settings.ca, '--ca'),
    root: settings.root ?? '',
    dry: settings['dry-run'] === 'true',
  }
}
