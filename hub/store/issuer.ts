// The issuer is in every token and every paired device: once chosen, it stays.
import type { Logger } from 'pino'
import type { Database } from './database.ts'

/** Remembers the issuer of the first start, and warns when this start uses another. */
export function keepIssuer(database: Database, issuer: URL, log: Logger): void {
  const kept = database.prepare("SELECT value FROM meta WHERE key='issuer'").get()
  if (kept === undefined) {
    database.prepare("INSERT INTO meta (key, value) VALUES ('issuer', ?)").run(issuer.origin)
  } else if (kept.value !== issuer.origin) {
    log.warn(
      { issuer: issuer.origin, before: kept.value },
      'the public URL is not the one devices were paired with: they know the hub by the old one and must be paired again',
    )
  }
}
