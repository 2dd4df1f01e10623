// The data folder and the files in it that matter: private, and whole or absent.
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './database.ts'

/** Makes `folder` with mode 0700, or sets that mode on the one that is there. */
export function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
  } catch (error) {
    throw new StoreError(
      `Cannot use ${folder} as it must be a folder of ours that can be written: ${reasonOf(error)}`,
      {
        cause: error,
      },
    )
  }
}

/** Writes a file with mode 0600 so that a power cut leaves the old one or the new one, never half of either. */
export function writeWhole(file: string, content: string): void {
  const temporary = `${file}.new`
  try {
    const handle = openSync(temporary, 'w', 0o600)
    try {
      writeSync(handle, content)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, file)
    syncFolder(dirname(file))
  } catch (error) {
    throw new StoreError(`Cannot write ${file} as its folder must be writable with room left: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/** The file's text, or undefined where there is no such file. */
export function readWhole(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new StoreError(`Cannot read ${file} as it must be a file of ours: ${reasonOf(error)}`, { cause: error })
  }
}

/** A rename is durable only once its folder is on disk too (rename(2), fsync(2)). */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
