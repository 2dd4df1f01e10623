// Which Node runs the programs. They need 24; npm brings one for Linux where the machine's own is older.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const NEEDED = 24

export const isNewEnough = () => Number(process.versions.node.split('.')[0]) >= NEEDED

/** The path of a Node that is new enough, or undefined. */
export function findNode(root) {
  if (isNewEnough()) return process.execPath
  const brought = join(root, `node_modules/node-linux-${process.arch}/bin/node`)
  return existsSync(brought) ? brought : undefined
}

export const missingNode = () =>
  [
    `Latchkey needs Node ${NEEDED} or later: this is ${process.versions.node} on ${process.platform} ${process.arch}.`,
    'On Linux (x64, arm64) "npm install" brings it, unless optional packages are left out (--omit=optional).',
    'Elsewhere install it from https://nodejs.org and run the command again.',
  ].join('\n')

/** For a module that somebody imports: their Node runs it, whatever npm has brought. */
export function needNode(what) {
  if (isNewEnough()) return
  throw new Error(`Cannot use ${what} as it must have Node ${NEEDED} or later: this is Node ${process.versions.node}`)
}
