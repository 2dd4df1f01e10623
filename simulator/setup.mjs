// Brings a clone to where its commands can run: packages installed, phone page built. Plain JavaScript for old Nodes: it is what a
// fresh machine runs first, with whatever Node it has.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNode, missingNode } from './node.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** npm writes this file last: where it is older than the lock file, what is installed is not what is wanted. */
const installed = join(root, 'node_modules/.package-lock.json')
if (modifiedAt(installed) < modifiedAt(join(root, 'package-lock.json'))) {
  console.error('Installing packages …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

const node = findNode(root)
if (node === undefined) fail(missingNode())

const built = join(root, 'hub/web/page/dist/index.html')
const sources = ['hub/web/page', 'hub/home', 'device/contract'].map((folder) => newest(join(root, folder)))
if (modifiedAt(built) < Math.max(...sources)) {
  console.error('Building the phone page …')
  run(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', join(root, 'hub/web/page'), '--logLevel', 'warn'])
}

function newest(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'dist')
  const times = entries.map((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? newest(path) : modifiedAt(path)
  })
  return Math.max(0, ...times)
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (error !== undefined) fail(`Cannot run ${command}: ${error.message}`)
  if (status !== 0) fail(`"${command} ${args.slice(0, 2).join(' ')} …" ended with ${status}; see above`)
}

function fail(text) {
  console.error(text)
  process.exit(1)
}
