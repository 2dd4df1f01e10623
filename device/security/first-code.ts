// A new panel has no code, and without one nobody could disarm it, so it refuses to be armed. The first one is made at its first start.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { openFolder, writeWhole } from '#contract/files.ts'
import type { CodeBook } from './codes.ts'

/** Makes a code where there is none, and says where to read it: in a file that only its owner can read, and never in a log. */
export async function giveFirstCode(folder: string, codes: CodeBook): Promise<string | undefined> {
  if (codes.any) return undefined
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const file = join(folder, 'first-code.txt')
  await openFolder(folder)
  await writeWhole(file, `${code}\n`)
  await codes.add(code, { user: 'first' })
  return `The first code of this panel is in ${file}. Learn it, and remove the file.`
}
