// Where a program's local socket is: a file in its own folder.
import { open } from 'node:fs/promises'
import { join } from 'node:path'

export interface SocketAddress extends AsyncDisposable {
  /** For `listen` and `connect`, as long as this is not disposed. */
  readonly path: string
}

/** `sun_path` holds 108 bytes with its closing zero, unix(7), 104 elsewhere; some are left for the ticket of a turn. */
const LONGEST_PATH = 90

/**
 * A folder whose path is too long is opened, and the socket named through `/proc/self/fd`: it stays where only we can reach it, and a
 * second name in `/tmp` or `$XDG_RUNTIME_DIR` would be one that not every process of ours can know.
 */
export async function openSocketAddress(folder: string, name: string): Promise<SocketAddress> {
  const path = join(folder, name)
  if (Buffer.byteLength(path) <= LONGEST_PATH) return { path, [Symbol.asyncDispose]: async () => {} }
  const handle = await open(folder)
  return { path: `/proc/self/fd/${handle.fd}/${name}`, [Symbol.asyncDispose]: () => handle.close() }
}
