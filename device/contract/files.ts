// Files that matter: after a power cut there is the old one or the new one, never half of either, and nobody else can read it.
import { constants } from 'node:fs'
import { chmod, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file of ours cannot be read or written. The message names it and what to do. */
export class FileError extends Error {
  override readonly name = 'FileError'
}

/** Makes the folder with mode 0700, or sets that mode on the one that is there. */
export async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // A disk that can only be read is no reason not to start.
    const { mode, uid } = await stat(folder)
    if (uid !== process.getuid?.()) throw new Error(`it is the user ${uid}'s`)
    if ((mode & 0o777) !== 0o700) await chmod(folder, 0o700)
  } catch (error) {
    fail(`Cannot use ${folder} as it must be a folder of ours that can be written`)(error)
  }
}

/** The file's text, or undefined where there is none. */
export async function readWhole(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    return fail(`Cannot read ${file} as it must be a file of ours`)(error)
  })
}

/**
 * Whether more people can read a secret than should: as OpenSSH judges private keys (sshkey_perm_ok), nobody but us where it is ours. One
 * of another user may be given to a group, and it is that user's to say which; never to everybody.
 */
export const isReadByOthers = ({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean =>
  (mode & (uid === process.getuid?.() ? 0o077 : 0o007)) !== 0

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
/** Never through a link that somebody has laid there. */
const REPLACE = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW

/** Temporary name, fsync, rename, fsync of the folder: `open(2)`, `rename(2)`. Mode 0600. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const temporary = `${file}.new`
  try {
    const handle = await open(temporary, REPLACE, 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    fail(`Cannot write ${file} as its folder must be writable with room left`)(error)
  }
}

/** Puts a damaged file aside, where somebody can look at it, and says under which name. */
export async function keepAside(file: string, suffix: string): Promise<string> {
  const kept = `${file}.${suffix}`
  await rename(file, kept).catch(fail(`Cannot rename ${file} as its folder must be writable`))
  return kept
}

/**
 * Overwrites a file, removes it, and has both on disk when it resolves; nothing where there is none. On flash, copies of the old
 * content may live on in worn blocks: what must not be read there was sealed in the first place.
 */
export async function erase(file: string): Promise<void> {
  try {
    await overwrite(file)
    await unlink(file)
    await syncFolder(dirname(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      fail(`Cannot remove ${file} as it must be a file of ours`)(error)
  }
}

async function overwrite(file: string): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await handle.stat()
    await handle.write(new Uint8Array(size), 0, size, 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const fail =
  (message: string) =>
  (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FileError(`${message}: ${reason}`, { cause })
  }
