// Writes `types/`, what TypeScript is told of the packed package: declarations of what kit.ts and vitest.ts lead to, and no sources. In a
// clone there are none, and package.json leads on to the sources. Run by `npm pack`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNode, missingNode } from './node.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(root, 'types')
const DOORS = ['simulator/kit.d.ts', 'simulator/vitest.d.ts']
/** `from './home.ts'`, `import('#contract/ids.ts')`, `import './x.ts'`. */
const IMPORT = /(\bfrom |\bimport\(|^import )(['"])([.#][^'"]+)\.ts\2/gm

rmSync(out, { recursive: true, force: true })
const node = findNode(root)
if (node === undefined) fail(missingNode())
const compiler = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(node, [compiler, '-p', join(root, 'simulator/types.json')], { stdio: 'inherit' })
if (status !== 0) fail(`Cannot write the declarations as the sources must compile: tsc ended with ${status}`)

// What nobody can reach by these doors is left out: it names packages that only a clone has.
const texts = new Map()
for (const door of DOORS) follow(door)
rmSync(out, { recursive: true })
for (const [file, text] of texts) {
  mkdirSync(dirname(join(out, file)), { recursive: true })
  writeFileSync(join(out, file), text)
}

/** Keeps a file and what it imports, by relative paths: whoever installed the package knows neither `#contract` nor `.ts`. */
function follow(file) {
  if (texts.has(file)) return
  const folder = posix.dirname(file)
  const found = []
  const text = readFileSync(join(out, file), 'utf8').replace(IMPORT, (_, before, quote, path) => {
    const target = path.startsWith('#contract/')
      ? path.replace('#contract', 'device/contract')
      : posix.join(folder, path)
    found.push(`${target}.d.ts`)
    const relative = posix.relative(folder, target)
    return `${before}${quote}${relative.startsWith('.') ? relative : `./${relative}`}.js${quote}`
  })
  // Buffers, sockets and disposables: TypeScript 6 and later load no package's globals unless asked.
  texts.set(file, DOORS.includes(file) ? `/// <reference types="node" />\n${text}` : text)
  for (const next of found) follow(next)
}

function fail(text) {
  console.error(text)
  process.exit(1)
}
