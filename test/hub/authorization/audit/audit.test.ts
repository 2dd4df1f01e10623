// The audit alone: a real database, a clock that turns, a disk that takes no more.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { millis, minutes, seconds } from '#contract/time.ts'
import {
  type Audit,
  createAudit,
  MOST_BY_STRANGERS,
  MOST_ROWS,
  MOST_WAITING,
} from '../../../../hub/authorization/audit/audit.ts'
import { createAccounts } from '../../../../hub/authorization/people/accounts.ts'
import { type Database, openDatabase } from '../../../../hub/store/database.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { QUICK } from '../../../person.ts'

let folder: string
let database: Database
let clock: VirtualClock
let audit: Audit
let logged: { level: number; msg: string; lost?: number }[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  database = openDatabase(folder)
  clock = new VirtualClock()
  logged = []
  audit = createAudit(database, clock, pino({}, { write: (line: string) => logged.push(JSON.parse(line)) }))
})
afterEach(() => {
  audit[Symbol.dispose]()
  database.close()
  rmSync(folder, { recursive: true })
})

const rowsOnDisk = () => Number(database.prepare('SELECT count(*) AS n FROM audit').get()?.n)
const told = () => audit.list({ limit: 500 }).map(({ event, count, address }) => [event, count, address])
const full = (isFull: boolean) => database.exec(`PRAGMA query_only=${isFull ? 'ON' : 'OFF'}`)

test('keeps what happened, newest first, by pages, with the name that the account had then', async () => {
  const accounts = createAccounts(database, clock, QUICK)
  const robin = await accounts.createOwner({ name: 'Robin', password: 'correct horse battery' })
  const accountId = robin?.id ?? ''
  const begun = clock.now()
  audit.record({ event: 'signed_in', accountId, address: '192.168.1.7', detail: 'password' })
  await clock.advance(seconds(1))
  audit.record({ event: 'app_password_created', accountId, clientId: 'app-1', detail: 'Node-RED: home:read' })
  database.exec("UPDATE accounts SET name='Alex'")
  audit.record({ event: 'signed_out', accountId })
  database.exec('DELETE FROM accounts')
  const [out, made, came] = audit.list()
  expect(came).toEqual({
    ...{ id: expect.any(Number), event: 'signed_in', at: begun, lastAt: begun, count: 1 },
    ...{ accountId, accountName: 'Robin', clientId: undefined, address: '192.168.1.7', detail: 'password' },
  })
  expect(made).toMatchObject({ event: 'app_password_created', clientId: 'app-1', at: begun + 1000 })
  expect(out).toMatchObject({ event: 'signed_out', accountName: 'Alex' })
  expect(audit.list({ limit: 1 })).toEqual([out])
  expect(audit.list({ before: out?.id, limit: 1 })).toEqual([made])
  expect(audit.list({ before: came?.id })).toEqual([])
})

test('what happens within a tenth of a second is one write, and disposal leaves nothing behind', async () => {
  for (let n = 0; n < 50; n++) audit.record({ event: 'grant_issued', clientId: `service-${n}` })
  expect(rowsOnDisk()).toBe(0)
  await clock.advance(millis(100))
  expect(rowsOnDisk()).toBe(50)
  audit.record({ event: 'signed_out' })
  audit[Symbol.dispose]()
  expect(rowsOnDisk()).toBe(51)
  audit.record({ event: 'signed_out' })
  await clock.advance(seconds(1))
  expect(rowsOnDisk()).toBe(51)
})

test('the same once more within a minute counts, whether or not it is on disk yet', async () => {
  const grant = { event: 'grant_issued', clientId: 'service-1', address: '127.0.0.1', detail: 'x' } as const
  const begun = clock.now()
  for (let second = 0; second < 30; second++) {
    audit.record(grant)
    audit.record({ ...grant, clientId: 'service-2' })
    await clock.advance(seconds(1))
  }
  const [second, first] = audit.list()
  expect(first).toMatchObject({ clientId: 'service-1', count: 30, at: begun, lastAt: begun + 29_000 })
  expect(second).toMatchObject({ clientId: 'service-2', count: 30 })
  await clock.advance(minutes(1))
  audit.record(grant)
  expect(audit.list()).toHaveLength(3)
})

test('a failure is counted by event, address and client: what else differs makes no row', () => {
  for (let n = 0; n < 2000; n++) {
    audit.record({ event: 'sign_in_failed', accountId: `a${n}`, address: '10.0.0.9', detail: `${n}` })
  }
  audit.record({ event: 'sign_in_failed', address: '10.0.0.8' })
  expect(told()).toEqual([
    ['sign_in_failed', 1, '10.0.0.8'],
    ['sign_in_failed', 2000, '10.0.0.9'],
  ])
})

test('who has a network of IPv6 makes one row, whether known or not, and hides nobody behind others', () => {
  for (let n = 0; n < MOST_BY_STRANGERS + 50; n++) {
    const address = `2001:db8:1:2::${n.toString(16)}`
    audit.record({ event: 'sign_in_failed', address, detail: 'password' })
    audit.record({ event: 'signed_in', address, accountId: 'guest', detail: 'password' })
  }
  audit.record({ event: 'sign_in_failed', address: '192.168.1.7', detail: 'password' })
  expect(told()).toEqual([
    ['sign_in_failed', 1, '192.168.1.7'],
    ['signed_in', MOST_BY_STRANGERS + 50, '2001:db8:1:2::0'],
    ['sign_in_failed', MOST_BY_STRANGERS + 50, '2001:db8:1:2::0'],
  ])
})

test('a flood from more addresses than there are rows for is counted together, and others are still told', async () => {
  for (let n = 0; n < 5000; n++) audit.record({ event: 'sign_in_failed', address: `2001:db8:1:${n.toString(16)}::1` })
  audit.record({ event: 'signed_in', address: '192.168.1.7' })
  const [signedIn, together, ...single] = audit.list({ limit: 500 })
  expect(signedIn).toMatchObject({ event: 'signed_in', count: 1 })
  expect(together).toMatchObject({ count: 5000 - MOST_BY_STRANGERS, detail: 'from many addresses', address: undefined })
  expect(single).toHaveLength(MOST_BY_STRANGERS)
  await clock.advance(minutes(2))
  audit.record({ event: 'sign_in_failed', address: '10.0.0.9' })
  expect(audit.list()[0]).toMatchObject({ address: '10.0.0.9', count: 1 })
})

test('the oldest go, and what strangers cause never washes out what the household did', () => {
  audit.record({ event: 'pairing_approved', clientId: 'toaster-k3f9ab' })
  audit.flush()
  const fill = (event: string, stranger: number) =>
    database.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < ${MOST_ROWS + 500})
       INSERT INTO audit (event, stranger, at, last_at, count) SELECT '${event}', ${stranger}, i, i, 1 FROM n`,
    )
  fill('sign_in_failed', 1)
  audit.sweep()
  expect(rowsOnDisk()).toBe(MOST_ROWS + 1)
  expect(database.prepare("SELECT min(at) AS at FROM audit WHERE event='sign_in_failed'").get()?.at).toBe(501)
  expect(audit.list({ limit: 1, before: 2 })).toMatchObject([{ event: 'pairing_approved' }])
  fill('signed_in', 0)
  audit.sweep()
  expect(rowsOnDisk()).toBe(2 * MOST_ROWS)
})

test('a disk that takes no more keeps nobody out: it is said once, what is lost is counted, and it goes on', async () => {
  full(true)
  for (let n = 0; n < MOST_WAITING + 7; n++) audit.record({ event: 'grant_issued', clientId: `service-${n}` })
  await clock.advance(minutes(1))
  expect(audit.list()).toEqual([])
  expect(logged.map(({ msg }) => msg)).toEqual(['the audit cannot be written; the hub goes on without'])
  full(false)
  await clock.advance(seconds(10))
  expect(logged.at(-1)).toMatchObject({ level: 40, msg: 'the audit is written again', lost: 7 })
  await clock.advance(seconds(1))
  expect(audit.list({ limit: 1 })).toMatchObject([{ event: 'entries_lost', detail: '7' }])
  expect(rowsOnDisk()).toBe(MOST_WAITING + 1)
})

test('a detail is one short line', () => {
  audit.record({ event: 'device_registered', detail: `a\nb\u001b[31m${'x'.repeat(500)}` })
  expect(audit.list()[0]?.detail).toMatch(/^a b \[31mx+$/)
  expect(audit.list()[0]?.detail).toHaveLength(200)
})
