// The agent as a Debian package: its files as a list, and dpkg-deb to put them together. It brings no unit: which one is right depends on
// what is wired, and `latchkey-device install` writes it.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KINDS, type Kind } from '#contract/ids.ts'
import { SYSUSERS, UDEV } from '../install/plan.ts'
import { bundleAgent } from './bundle.ts'
import { type Architecture, placeKoffi } from './koffi.ts'
import { ENVIRONMENT, NODE_FLAGS } from './launch.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const LIBRARY = '/usr/lib/latchkey'
const DOCUMENTS = '/usr/share/doc/latchkey-device'

const control = (version: string, { architecture, kibibytes }: { architecture: Architecture; kibibytes: number }) =>
  `Package: latchkey-device
Version: ${version}
Architecture: ${architecture}
Maintainer: Latchkey <latchkey@localhost>
Installed-Size: ${kibibytes}
Depends: nodejs (>= 24), libc6
Recommends: systemd
Section: misc
Priority: optional
Description: Latchkey's device agent
 A thermostat, toaster or security panel on a Raspberry Pi: it regulates by
 itself and joins the household's hub. "latchkey-device install" sets it up.
`

/** Users and rules at once; what is installed runs only when somebody installs a unit. */
const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemd-sysusers latchkey.conf
  udevadm control --reload
  udevadm trigger --subsystem-match=gpio --subsystem-match=i2c-dev
fi
`

const assigned = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`)

/** What a person types, and a unit starts. */
const COMMAND = `#!/bin/sh
# Latchkey's device agent: see /usr/share/doc/latchkey-device.
export ${assigned.join(' ')}
exec /usr/bin/env node ${NODE_FLAGS.join(' ')} ${LIBRARY}/agent.mjs "$@"
`

/** Writes `<folder>/latchkey-device_<version>_<architecture>.deb` and returns its path. */
export async function buildDeb(folder: string, architecture: Architecture): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const tree = mkdtempSync(join(tmpdir(), 'latchkey-deb-'))
  try {
    const library = join(tree, LIBRARY)
    await bundleAgent(library)
    placeKoffi(library, architecture)
    const texts = { ...FILES, ...examples(), [`${DOCUMENTS}/copyright`]: readFileSync(join(root, 'LICENSE'), 'utf8') }
    for (const [path, content] of Object.entries(texts)) put(join(tree, path), content)
    const kibibytes = Math.ceil(sizeOf(tree) / 1024)
    put(join(tree, 'DEBIAN/control'), control(version, { architecture, kibibytes }))
    put(join(tree, 'DEBIAN/postinst'), POSTINST)
    setModes(tree)
    mkdirSync(folder, { recursive: true })
    const deb = join(folder, `latchkey-device_${version}_${architecture}.deb`)
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, deb], { stdio: 'ignore' })
    return deb
  } finally {
    rmSync(tree, { recursive: true })
  }
}

const FILES: Readonly<Record<string, string>> = {
  '/usr/bin/latchkey-device': COMMAND,
  '/usr/lib/sysusers.d/latchkey.conf': SYSUSERS,
  '/usr/lib/udev/rules.d/60-latchkey.rules': UDEV,
  [`${DOCUMENTS}/install.md`]: readFileSync(join(root, 'docs/install.md'), 'utf8'),
  [`${DOCUMENTS}/wiring.md`]: readFileSync(join(root, 'docs/wiring.md'), 'utf8'),
}

/** What docs/wiring.md calls the example of each kind, in its first line. */
const EXAMPLE_NAMES: Readonly<Record<Kind, string>> = { thermostat: 'hall', toaster: 'toaster', security: 'panel' }

/** The wiring files in a text, which must have one for each kind. */
export function examplesIn(document: string): Readonly<Record<Kind, string>> {
  const found = new Map(
    [...document.matchAll(/```yaml\n(# (\w+)\.yaml\n[^`]*)```/g)].map(([, text = '', name = '']) => [name, text]),
  )
  const exampleOf = (kind: Kind): string => {
    const example = found.get(EXAMPLE_NAMES[kind])
    if (example !== undefined) return example
    throw new Error(`Cannot package an example for ${kind} as docs/wiring.md must have "# ${EXAMPLE_NAMES[kind]}.yaml"`)
  }
  return Object.fromEntries(KINDS.map((kind) => [kind, exampleOf(kind)])) as Record<Kind, string>
}

function examples(): Readonly<Record<string, string>> {
  const found = Object.entries(examplesIn(FILES[`${DOCUMENTS}/wiring.md`] ?? ''))
  return Object.fromEntries(found.map(([kind, text]) => [`${DOCUMENTS}/examples/${kind}.yaml`, text]))
}

function put(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** Whatever the umask of whoever builds: nobody but root writes, and everybody reads. */
function setModes(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) setModes(path)
    else chmodSync(path, /\/(usr\/bin|DEBIAN)\/[a-z-]+$/.test(path) && entry.name !== 'control' ? 0o755 : 0o644)
  }
}

function sizeOf(folder: string): number {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sizeOf(path) : readFileSync(path).length
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}
