// Somebody who lives in the simulated house and knows the code of its panel. The device keeps only the hash.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { readWhole, writeWhole } from '#contract/files.ts'
import type { CodeBook } from '../device/security/codes.ts'

const CODE = /^\d{6}$/

/**
 * The code of this house: made once, kept in a 0600 file of the simulator, and taught to a panel that has none yet. `random` is for a house
 * that must be the same each time; a code for people comes from the system.
 */
export async function residentCode(folder: string, codes: CodeBook, random?: () => number): Promise<string> {
  const file = join(folder, 'resident-code')
  const kept = (await readWhole(file))?.trim()
  const drawn = random === undefined ? randomInt(1_000_000) : Math.floor(random() * 1_000_000)
  const code = kept !== undefined && CODE.test(kept) ? kept : String(drawn).padStart(6, '0')
  if (code !== kept) await writeWhole(file, code)
  if (!codes.any) await codes.add(code, { user: 'resident' })
  return code
}
