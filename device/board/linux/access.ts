// Opening a device file, with an error that says what to do about it.
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs'
import { BoardError } from '../error.ts'
import { codeOf } from './ioctl.ts'

export interface DeviceFile extends Disposable {
  readonly fd: number
}

/** `hint` says how the file comes to be, such as `dtparam=i2c_arm=on in config.txt`. Whoever opens disposes. */
export function openDevice(path: string, hint: string): DeviceFile {
  try {
    // O_CLOEXEC is libuv's own doing.
    const fd = openSync(path, constants.O_RDWR)
    return { fd, [Symbol.dispose]: () => closeSync(fd) }
  } catch (cause) {
    throw accessError(cause, path, hint)
  }
}

/** Why `path` could not be used. `hint` as above; who says it apart gives none. */
export function accessError(cause: unknown, path: string, hint?: string): BoardError {
  const how = hint === undefined ? '' : ` (${hint})`
  const code = codeOf(cause) ?? String(cause)
  switch (code) {
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return new BoardError('missing', `Cannot open ${path} as it must exist${how}: got ${code}`, { cause })
    case 'EACCES':
    case 'EPERM':
      return new BoardError('forbidden', `Cannot open ${path} as ${whoMay(path)}: got ${code}`, { cause })
    case 'EBUSY':
      return new BoardError('held', `Cannot open ${path} as it must be free: got ${code}`, { cause })
    default:
      return new BoardError('failed', `Cannot open ${path} as it must answer: got ${code}`, { cause })
  }
}

/** Raspberry Pi OS gives the header's device files to the groups `gpio` and `i2c`; root's means that no udev rule did. */
function whoMay(path: string): string {
  const group = groupOf(path)
  return group === undefined || group === 'root'
    ? 'a udev rule must give it to a group of its own'
    : `this user must be in the group "${group}"`
}

function groupOf(path: string): string | undefined {
  try {
    const { gid } = statSync(path)
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((entry) => entry.split(':')[2] === String(gid))
    return line?.split(':')[0] ?? String(gid)
  } catch {
    return undefined
  }
}
