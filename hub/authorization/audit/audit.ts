// What happened at the door: who came in, who was let in, who was refused. Written for the owner who asks later, so it outlives accounts
// and clients; and bounded, so that nobody fills the disk with it or washes out what others did. A secret is never part of it: an entry
// names people, clients and addresses, not what they typed.
import type { Logger } from 'pino'
import * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { type Instant, instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { countedAs } from '../../address.ts'
import type { Database } from '../../store/database.ts'
import { createLimiter } from '../limiter.ts'
import { type AuditEvent, EVENTS } from './audit-events.ts'

/** What is to be remembered. None of it may be a code, a token, a password, or a name that somebody typed and nobody has. */
export interface AuditEntry {
  readonly event: AuditEvent
  readonly accountId?: string | undefined
  readonly clientId?: string | undefined
  /** Undefined for what was done on the hub's own machine. */
  readonly address?: string | undefined
  readonly detail?: string | undefined
}

/** Who did it, and from where; neither for what the hub's own machine does. */
export type Actor = Pick<AuditEntry, 'accountId' | 'address'>

/** An entry as it was kept. */
export interface AuditRow extends AuditEntry {
  /** With IPv6 the first of its network: who has one has them all, and would be a row for each. */
  readonly address?: string | undefined
  /** Grows: the newest has the largest. */
  readonly id: number
  /** What the account was called then. */
  readonly accountName: string | undefined
  readonly at: Instant
  /** How often it happened, from `at` to `lastAt`, which is a minute at most. */
  readonly count: number
  readonly lastAt: Instant
}

export interface Audit extends Disposable {
  /** Never fails and never waits: what happened has happened, and nobody is kept out because it cannot be written down. */
  record(entry: AuditEntry): void
  /** Newest first: those before the row `before`, at most `limit`, which is 100. */
  list(page?: { readonly before?: number | undefined; readonly limit?: number | undefined }): readonly AuditRow[]
  /** Writes what waits. Disposal does it too, and takes no more. */
  flush(): void
  /** Deletes the oldest beyond what is kept; call it every minute. */
  sweep(): void
}

/** Of each half: what anybody can cause never takes the place of what only the household can. */
export const MOST_ROWS = 50_000
/** A durable write costs a sync of the disk: all that happens within this time shares one. */
const BATCH = millis(100)
/** What repeats itself within this time is one row that counts. */
const SAME = minutes(1)
/** New rows that strangers cause in a minute; beyond, a row for each event counts for all addresses. */
export const MOST_BY_STRANGERS = 300
/** Rows in memory while the disk does not take them. */
export const MOST_WAITING = 1000
/** How many rows are remembered so that they can count. */
const MOST_OPEN = 10_000
/** For a disk that is full. */
const TRY_AGAIN = seconds(10)
const LONGEST_DETAIL = 200

const columns = v.object({
  id: v.number(),
  event: v.picklist(Object.keys(EVENTS) as AuditEvent[]),
  at: v.number(),
  last_at: v.number(),
  count: v.number(),
  account_id: v.nullable(v.string()),
  account_name: v.nullable(v.string()),
  client_id: v.nullable(v.string()),
  address: v.nullable(v.string()),
  detail: v.nullable(v.string()),
})

/** A row that still counts. */
interface Open {
  readonly entry: AuditEntry
  readonly accountName: string | null
  readonly at: Instant
  readonly since: Millis
  lastAt: Instant
  /** Undefined until it is on disk. */
  id: number | undefined
  /** How often it happened since it was written last. */
  unwritten: number
}

export function createAudit(database: Database, clock: Clock, log?: Logger): Audit {
  const insert = database.prepare(
    `INSERT INTO audit (event, stranger, at, last_at, count, account_id, account_name, client_id, address, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const count = database.prepare('UPDATE audit SET count=count+?, last_at=? WHERE id=?')
  const select = database.prepare('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
  const nameOf = database.prepare('SELECT name FROM accounts WHERE id=?')
  const trim = database.prepare(
    `DELETE FROM audit WHERE stranger=?1 AND id <=
       (SELECT id FROM audit WHERE stranger=?1 ORDER BY id DESC LIMIT 1 OFFSET ${MOST_ROWS})`,
  )
  const strangers = createLimiter({ tries: MOST_BY_STRANGERS, window: SAME, clock })
  const open = new Map<string, Open>()
  const waiting = new Set<Open>()
  let planned: (() => void) | undefined
  let isFailing = false
  let hasEnded = false
  let lost = 0

  /** The row that counts this, a new one where there is none; undefined where there is no room for one. */
  const rowFor = (entry: AuditEntry): Open | undefined => {
    const { event, accountId, clientId, address, detail } = entry
    const byAnybody = EVENTS[event] === 'anybody'
    const from = address && countedAs(address)
    const key = byAnybody ? keyOf(event, from, clientId) : keyOf(event, from, clientId, accountId, detail)
    const known = open.get(key)
    if (known !== undefined) return known
    if (byAnybody && detail !== MANY) {
      // Addresses are cheap (RFC 4291: a network of one's own has 2^64): they are not counted one by one without end.
      if (!strangers.allows('')) return rowFor({ event, detail: MANY })
      strangers.count('')
    }
    if (waiting.size >= MOST_WAITING) return undefined
    const name = accountId === undefined ? undefined : nameOf.get(accountId)?.name
    const row: Open = {
      entry: { ...entry, detail: detail && tidy(detail) },
      accountName: typeof name === 'string' ? name : null,
      ...{ at: clock.now(), since: clock.uptime(), lastAt: clock.now(), id: undefined, unwritten: 0 },
    }
    open.set(key, row)
    return row
  }

  const forget = (): void => {
    const now = clock.uptime()
    for (const [key, { since }] of open) {
      if (now - since < SAME && open.size <= MOST_OPEN) return
      open.delete(key)
    }
  }

  const plan = (): void => {
    planned ??= after(clock, isFailing ? TRY_AGAIN : BATCH, () => {
      planned = undefined
      flush()
    })
  }

  const write = (rows: readonly Open[]): readonly number[] => {
    database.exec('BEGIN')
    try {
      const ids = rows.map((row) => {
        if (row.id === undefined) return Number(insert.run(...valuesOf(row)).lastInsertRowid)
        count.run(row.unwritten, row.lastAt, row.id)
        return row.id
      })
      database.exec('COMMIT')
      return ids
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  const flush = (): void => {
    if (waiting.size === 0) return
    const rows = [...waiting]
    try {
      const ids = write(rows)
      for (const [index, row] of rows.entries()) Object.assign(row, { id: ids[index], unwritten: 0 })
      waiting.clear()
    } catch (err) {
      if (!isFailing) log?.error({ err }, 'the audit cannot be written; the hub goes on without')
      isFailing = true
      if (!hasEnded) plan()
      return
    }
    if (isFailing) log?.warn({ lost }, 'the audit is written again')
    isFailing = false
    if (lost === 0) return
    const detail = String(lost)
    lost = 0
    record({ event: 'entries_lost', detail })
  }

  const record = (entry: AuditEntry): void => {
    if (hasEnded) return
    forget()
    const row = rowFor(entry)
    if (row === undefined) {
      lost += 1
      return
    }
    row.unwritten += 1
    row.lastAt = clock.now()
    waiting.add(row)
    plan()
  }

  return {
    record,
    list({ before = Number.MAX_SAFE_INTEGER, limit = 100 } = {}) {
      flush()
      return select.all(before, limit).map((found) => toRow(v.parse(columns, found)))
    },
    flush,
    sweep() {
      for (const stranger of [0, 1]) trim.run(stranger)
    },
    [Symbol.dispose]() {
      hasEnded = true
      planned?.()
      flush()
    },
  }
}

const MANY = 'from many addresses'

const keyOf = (...parts: readonly (string | undefined)[]): string => JSON.stringify(parts)

/** One line, and no more of it than a person reads. */
const tidy = (detail: string): string => detail.replace(/\p{C}+/gu, ' ').slice(0, LONGEST_DETAIL)

function valuesOf({ entry, accountName, at, lastAt, unwritten }: Open) {
  const { event, accountId = null, clientId = null, address = null, detail = null } = entry
  const stranger = EVENTS[event] === 'anybody' ? 1 : 0
  return [event, stranger, at, lastAt, unwritten, accountId, accountName, clientId, address, detail] as const
}

const toRow = (found: v.InferOutput<typeof columns>): AuditRow => ({
  ...{ id: found.id, event: found.event, count: found.count },
  ...{ at: instant(found.at), lastAt: instant(found.last_at) },
  accountId: found.account_id ?? undefined,
  accountName: found.account_name ?? undefined,
  clientId: found.client_id ?? undefined,
  address: found.address ?? undefined,
  detail: found.detail ?? undefined,
})
