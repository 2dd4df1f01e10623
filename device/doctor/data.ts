// The folder of everything that lasts, and how the credentials in it are protected.
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { describeProtection } from '../credentials/sealing-key.ts'
import { about, type Finding } from './finding.ts'

const MEBIBYTE = 1024 * 1024
/** A device writes a few kilobytes in a year; the system around it needs more. */
const LITTLE_MIB = 100
const NONE_MIB = 5

export async function lookAtData(folder: string, user: number): Promise<readonly Finding[]> {
  const data = about('data')
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) {
    if (found.code === 'ENOENT') return [data.ok(`${folder} is not there yet: it is made at the first start`)]
    return [
      data.problem(`${folder} cannot be looked at: ${found.code}`, 'run this as the user of the agent, or as root'),
    ]
  }
  if (!found.isDirectory()) return [data.problem(`${folder} is no folder`, 'move it away, or name another with --data')]
  const findings: Finding[] = []
  if (user !== 0 && found.uid !== user) {
    findings.push(data.warning(`${folder} belongs to another user`, 'run this as the user of the agent, or as root'))
  }
  const mode = found.mode & 0o777
  if (mode !== 0o700) findings.push(data.warning(`${folder} has mode ${mode.toString(8)}`, `chmod 700 ${folder}`))
  const refused = await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => error)
  if (refused instanceof Error) {
    const todo =
      refused.code === 'EROFS'
        ? 'mount it so that it can be written; what is set meanwhile is lost at a power cut'
        : 'give it to the user of the agent'
    findings.push(data.problem(`${folder} cannot be written: ${refused.code}`, todo))
  }
  return [...findings, await lookAtSpace(folder), ...(findings.length === 0 ? [data.ok(folder)] : [])]
}

async function lookAtSpace(folder: string): Promise<Finding> {
  const disk = about('disk')
  const { bavail, bsize } = await statfs(folder)
  const free = Math.floor((bavail * bsize) / MEBIBYTE)
  if (free < NONE_MIB)
    return disk.problem(`${free} MiB free: nothing can be saved`, 'remove what is not needed (df -h)')
  if (free < LITTLE_MIB) return disk.warning(`${free} MiB free`, 'remove what is not needed (df -h)')
  return disk.ok(`${free} MiB free`)
}

const PAIR_AGAIN = 'unpair and pair again'
/** And what to do once others may have read one. */
const SECRETS = [
  ['credentials.a', PAIR_AGAIN],
  ['credentials.b', PAIR_AGAIN],
  ['credentials.key', PAIR_AGAIN],
  ['codes.json', 'give everybody a new code'],
] as const

export async function lookAtCredentials(
  folder: string,
  credentialsDirectory: string | undefined,
): Promise<readonly Finding[]> {
  const credentials = about('credentials')
  const open: Finding[] = []
  for (const [name, then] of SECRETS) {
    const file = join(folder, name)
    const found = await stat(file).catch(() => undefined)
    if (found !== undefined && (found.mode & 0o077) !== 0) {
      open.push(credentials.problem(`others may read ${file}`, `chmod 600 ${file}, then ${then}`))
    }
  }
  return [credentials.ok(await describeProtection({ folder, credentialsDirectory })), ...open]
}
