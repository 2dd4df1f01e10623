// Which server an installed unit joins, read back from it: whoever installs again must not lose it, and the doctor looks at the same.
import { join } from 'node:path'
import type { Kind } from '#contract/ids.ts'
import { unitPath } from './unit.ts'
import { textOf } from './write.ts'

/** A hub and its authority's PEM, as far as they were named. */
export interface NamedServer {
  readonly hub: string | undefined
  readonly ca: string | undefined
}

/** Undefined where no unit of `kind` is installed below `root`. */
export async function readInstalled(kind: Kind, root: string): Promise<NamedServer | undefined> {
  const unit = await textOf(join(root, unitPath(kind)))
  if (unit === undefined) return undefined
  const flags = readStartFlags(unit)
  return { hub: flags.hub, ca: flags.ca === undefined ? undefined : await textOf(join(root, flags.ca)) }
}

/** What is said now goes before what is installed; an authority stays with its hub. */
export const keepServer = (told: NamedServer, installed: NamedServer | undefined): NamedServer => ({
  hub: told.hub ?? installed?.hub,
  ca: told.ca ?? (told.hub === undefined || told.hub === installed?.hub ? installed?.ca : undefined),
})

/** A line for each thing that is other than it was, or is kept although nobody said it again. */
export function describeServer(
  told: NamedServer,
  installed: NamedServer | undefined,
  now: NamedServer,
): readonly string[] {
  if (installed === undefined) return []
  return [
    ...describe('--hub', [told.hub, installed.hub, now.hub], (hub) => hub),
    ...describe('--ca', [told.ca, installed.ca, now.ca], () => 'the authority'),
  ]
}

type Values = readonly [told: string | undefined, before: string | undefined, now: string | undefined]

function describe(flag: string, [told, before, now]: Values, show: (value: string) => string): readonly string[] {
  if (now === undefined) return before === undefined ? [] : [`gone from the unit: ${flag}, ${show(before)} of before`]
  if (before === undefined) return [`new in the unit: ${flag}, ${show(now)}`]
  if (now !== before) return [`changed in the unit: ${flag}, ${show(now)} instead of ${show(before)} of before`]
  return told === undefined ? [`kept in the unit: ${flag}, ${show(now)} of before`] : []
}

/** systemd.service(5), "Command lines", as formatUnit writes them. */
function readStartFlags(unit: string): { readonly hub: string | undefined; readonly ca: string | undefined } {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? ''
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '').replaceAll('%%', '%').replaceAll('$$', '$'),
  )
  const after = (flag: string): string | undefined =>
    words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined
  return { hub: after('--hub'), ca: after('--ca') }
}
