// `latchkey device install|uninstall <kind>`: a unit for systemd, and what it needs around it. Everything is written; what has to be run
// is said, since only the person knows when the heating may stop for a moment.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { COLUMNS, wrapWords } from '#contract/columns.ts'
import { KINDS, type Kind } from '#contract/ids.ts'
import { UsageError } from '#contract/settings.ts'
import { readWiring } from '../wiring/wiring.ts'
import { readYaml } from '../wiring/yaml.ts'
import { describeServer, keepServer, readInstalled } from './installed.ts'
import { authorityPath, planInstallation, SEALING_KEY, SHARED, wiringPath } from './plan.ts'
import type { InstallSettings } from './settings.ts'
import { unitName, unitPath } from './unit.ts'
import { machineUseOf } from './uses.ts'
import { textOf, writePlanned } from './write.ts'

export interface Installer {
  /** The words that start this program. */
  readonly program: readonly string[]
  /** Whether this process may write to `/etc`. */
  readonly isRoot: boolean
  readonly print: (line: string) => void
}

const WORDS = { written: 'wrote', unchanged: 'as it was', kept: 'kept, it is yours' } as const

/** Idempotent. Resolves with the exit code. */
export async function install(settings: InstallSettings, { program, isRoot, print }: Installer): Promise<number> {
  const { kind, root, dry } = settings
  if (!mayWrite(settings, isRoot)) throw notRoot('install')
  const { text, file, differs } = await readWiringFile(settings)
  const installed = await readInstalled(kind, root)
  const server = keepServer(settings, installed)
  const plan = planInstallation({
    ...{ kind, program, wiring: text, ...server },
    uses: machineUseOf(readWiring(readYaml(text, file), { kind, file })),
    sealingKey: existsSync(join(root, SEALING_KEY)) ? SEALING_KEY : undefined,
    packaged: existsSync(join(root, '/usr/lib/sysusers.d/latchkey.conf')),
  })
  for (const planned of plan.files) {
    const written = await writePlanned(planned, { root, dry })
    print(`${dry && written === 'written' ? 'would write' : WORDS[written]}: ${join(root, planned.path)}`)
    if (dry && written === 'written') print(indent(planned.content))
  }
  for (const line of describeServer(settings, installed, server)) print(line)
  if (differs)
    print(`\n${wrap(`--config is another than ${file}, which is kept and is what counts: change that one.`)}`)
  print('\nNext, as root:')
  for (const command of plan.commands) print(`  ${command}`)
  for (const note of plan.notes) print(`\n${wrap(note)}`)
  return 0
}

/** Takes the unit away; what is wired where, and what the device has to remember, stays. */
export async function uninstall(settings: InstallSettings, { isRoot, print }: Installer): Promise<number> {
  const { kind, root, dry } = settings
  if (!mayWrite(settings, isRoot)) throw notRoot('uninstall')
  const wanted = `/etc/systemd/system/multi-user.target.wants/${unitName(kind)}`
  const own = [unitPath(kind), wanted, authorityPath(kind)]
  const isLast = !KINDS.some((other) => other !== kind && existsSync(join(root, unitPath(other))))
  const gone = [...own, ...(isLast ? SHARED.map(({ path }) => path) : [])]
  for (const path of gone) {
    const file = join(root, path)
    const isThere = (await textOf(file)) !== undefined
    if (!isThere) continue
    if (!dry) await rm(file, { force: true })
    print(`${dry ? 'would remove' : 'removed'}: ${file}`)
  }
  print('\nNext, as root:')
  print(`  systemctl stop ${unitName(kind)}; systemctl daemon-reload`)
  print(`\nKept: ${join(root, wiringPath(kind))} and /var/lib/latchkey/${kind}.`)
  return 0
}

const mayWrite = ({ root, dry }: InstallSettings, isRoot: boolean): boolean => isRoot || dry || root !== ''

const notRoot = (word: string): Error =>
  new Error(`Cannot ${word} as this must be run by root: use sudo, or --dry-run to see what it would do`)

interface WiringFile {
  readonly text: string
  readonly file: string
  /** Whether `--config` says something else. */
  readonly differs: boolean
}

/** The one that is installed goes before `--config`: it is what the unit will read. */
async function readWiringFile({ kind, config, root }: InstallSettings): Promise<WiringFile> {
  const installed = join(root, wiringPath(kind))
  const there = await textOf(installed)
  if (there !== undefined) {
    const differs = config !== undefined && (await textOf(config)) !== there
    return { text: there, file: installed, differs }
  }
  if (config === undefined) {
    throw new UsageError(`Cannot install a ${namedKind(kind)} as --config must name its wiring file: got none`)
  }
  const text = await textOf(config)
  if (text === undefined) throw new UsageError(`Cannot use --config as it must name a file that can be read: got none`)
  return { text, file: config, differs: false }
}

const namedKind = (kind: Kind): string => (kind === 'security' ? 'security panel' : kind)
const indent = (text: string): string => text.replace(/^(?=.)/gm, '  | ')
const wrap = (text: string): string => wrapWords(text, COLUMNS - 2).join('\n')
