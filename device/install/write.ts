// Files of the system: written whole, and only where something changes.
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PlannedFile } from './plan.ts'

export type Written = 'written' | 'unchanged' | 'kept'

/** `root` goes before every path. `dry` writes nothing and says what would be. */
export async function writePlanned(
  { path, content, mode, unlessThere }: PlannedFile,
  { root, dry }: { readonly root: string; readonly dry: boolean },
): Promise<Written> {
  const file = join(root, path)
  const before = await textOf(file)
  if (before === content) return 'unchanged'
  if (before !== undefined && unlessThere === true) return 'kept'
  if (dry) return 'written'
  await mkdir(dirname(file), { recursive: true, mode: 0o755 })
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  // Whatever the umask of whoever installs.
  await chmod(temporary, mode)
  await rename(temporary, file)
  return 'written'
}

/** Undefined where there is none. */
export const textOf = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
