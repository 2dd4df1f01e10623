// koffi beside the bundle: its JavaScript, and the one native file that fits. That of another architecture than ours is fetched from npm,
// and used only if it is the one that package-lock.json has.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { decode, decodeJson } from '#contract/parse.ts'

/** As Debian names them. */
export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const
export type Architecture = keyof typeof ARCHITECTURES

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What of koffi is read when it is imported; the rest is for compiling it. */
const SCRIPTS = ['package.json', 'LICENSE.txt', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js']

/** Puts `node_modules/koffi` and its native package into `folder`. */
export function placeKoffi(folder: string, architecture: Architecture): void {
  const from = join(root, 'node_modules/koffi')
  for (const file of SCRIPTS) copy(join(from, file), join(folder, 'node_modules/koffi', file))
  const name = `@koromix/koffi-linux-${ARCHITECTURES[architecture]}`
  const installed = join(root, 'node_modules', name)
  if (existsSync(installed)) {
    placeNative(installed, { folder, name })
    return
  }
  const fetched = mkdtempSync(join(tmpdir(), 'latchkey-koffi-'))
  try {
    placeNative(fetch(name, fetched), { folder, name })
  } finally {
    rmSync(fetched, { recursive: true })
  }
}

/** Node here is built with glibc; the file for musl stays out. */
function placeNative(from: string, { folder, name }: { readonly folder: string; readonly name: string }): void {
  const native = readdirSync(from).find((entry) => entry.startsWith('linux_'))
  if (native === undefined) throw new Error(`Cannot package ${name} as it must have a folder linux_*: got none`)
  for (const file of ['package.json', 'index.js', join(native, 'koffi.node')]) {
    copy(join(from, file), join(folder, 'node_modules', name, file))
  }
}

const entry = v.object({ version: v.string(), integrity: v.string() })
const lockFile = v.object({ packages: v.record(v.string(), v.unknown()) })

function lockedAs(name: string): v.InferOutput<typeof entry> {
  const { packages } = decodeJson(lockFile, readFileSync(join(root, 'package-lock.json'), 'utf8'), 'package-lock.json')
  return decode(entry, packages[`node_modules/${name}`], `${name} in package-lock.json`)
}

/** Unpacked below `folder`. */
function fetch(name: string, folder: string): string {
  const { version, integrity } = lockedAs(name)
  const packed = execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder], {
    cwd: folder,
  })
  const archive = join(folder, packed.toString().trim().split('\n').at(-1) ?? '')
  const got = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (got !== integrity) {
    throw new Error(`Cannot package ${name} as npm must give what package-lock.json has, ${integrity}: got ${got}`)
  }
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--no-same-owner'])
  return join(folder, 'package')
}

const copy = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to)
}
