// As new: everything the agent wrote is gone. A reset that a power cut stops is finished at the next start.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { erase, readWhole, writeWhole } from '#contract/files.ts'

const MARK = 'reset-under-way'
/** Put there by a person: wiring and certificates. */
const NOT_OURS = /\.(ya?ml|pem|crt)$/
/** First, since without it the rest cannot be read. */
const KEY_FILE = 'credentials.key'

/** Overwrites and removes every file of ours in `folder`. Nobody may write there meanwhile. */
export async function eraseFolder(folder: string): Promise<void> {
  await writeWhole(join(folder, MARK), '')
  await finishReset(folder)
}

/** Whether there was one to finish. Call it before anything reads the folder. */
export async function finishReset(folder: string): Promise<boolean> {
  const mark = join(folder, MARK)
  if ((await readWhole(mark)) === undefined) return false
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== MARK && !NOT_OURS.test(entry.name))
    .map(({ name }) => name)
  for (const name of [KEY_FILE, ...names]) await erase(join(folder, name))
  await erase(mark)
  return true
}
