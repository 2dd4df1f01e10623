// The hub's embedded database: one SQLite file in the data folder, opened once.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS } from './migrations.ts'

export type Database = DatabaseSync

/** The store cannot be used. The message names the file and what to do about it. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/**
 * Opens `<folder>/latchkey.db`, creating or migrating it. Close it when done.
 *
 * `survives` a power cut by `synchronous=FULL`: a grant that a device was told about must not be lost, or somebody has to pair it again.
 * A home that lives for a test need only survive its own death (`OFF`).
 */
export function openDatabase(folder: string, survives: 'power_cut' | 'crash' = 'power_cut'): Database {
  const file = join(folder, 'latchkey.db')
  try {
    const database = new DatabaseSync(file)
    database.exec(
      `PRAGMA journal_mode=WAL; PRAGMA synchronous=${survives === 'crash' ? 'OFF' : 'FULL'}; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=2000`,
    )
    chmodSync(file, 0o600)
    migrate(database, file)
    return database
  } catch (error) {
    if (error instanceof StoreError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreError(
      `Cannot open ${file} as it must be a writable SQLite database with room on its disk: ${reason}`,
      {
        cause: error,
      },
    )
  }
}

/**
 * A second connection to an open database, whose writes survive the death of the process and not surely a cut of the power: they are on
 * disk with the next durable one, or a while later (SQLite, `synchronous=NORMAL`). Close it before the other.
 */
export function openBeside(database: Database): Database {
  const beside = new DatabaseSync(database.location() ?? '')
  const synchronous = Number(database.prepare('PRAGMA synchronous').get()?.synchronous)
  beside.exec(`PRAGMA synchronous=${Math.min(synchronous, NORMAL)}; PRAGMA busy_timeout=2000`)
  return beside
}
const NORMAL = 1

function migrate(database: Database, file: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (found > MIGRATIONS.length) {
    throw new StoreError(
      `Cannot open ${file} as this version of latchkey knows layouts up to ${MIGRATIONS.length}: got ${found}, so use a newer latchkey`,
    )
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < found) continue
    database.exec(`BEGIN; ${sql}; PRAGMA user_version=${index + 1}; COMMIT`)
  }
}

/** Does all of `work` or nothing of it. `work` is synchronous and begins no transaction of its own. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
