// What goes wrong for a week is one line in the log, not ten thousand.
import type { Logger } from 'pino'

export interface Complaint {
  /** Says it, unless it is what was said last. */
  of(because: string): void
  /** It works again: the same trouble would be news. */
  over(): void
}

/** `message` is the constant one; the reason is its field. */
export function createComplaint(log: Logger, message: string, level: 'warn' | 'error' = 'warn'): Complaint {
  let said: string | undefined
  return {
    of(because) {
      log[because === said ? 'debug' : level]({ because }, message)
      said = because
    },
    over() {
      said = undefined
    },
  }
}
