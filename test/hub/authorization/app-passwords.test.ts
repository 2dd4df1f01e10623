// App passwords alone: a real database, a clock that turns, accounts that lose their rights.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Scope } from '#contract/scopes.ts'
import { minutes } from '#contract/time.ts'
import { type AppPasswords, createAppPasswords, MOST_APP_PASSWORDS } from '../../../hub/authorization/app-passwords.ts'
import { createAccounts } from '../../../hub/authorization/people/accounts.ts'
import { type Database, openDatabase } from '../../../hub/store/database.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { QUICK } from '../../person.ts'
import { quiet } from '../../quiet.ts'
import { startServer } from './server.ts'

let folder: string
let database: Database
let clock: VirtualClock
let robin: string
let ended: string[]
let appPasswords: AppPasswords
const all: readonly Scope[] = ['home:read', 'climate:control', 'security:arm', 'security:disarm', 'home:admin']

/** As a hub that starts: what was noted in memory is gone. */
const open = () => {
  const accounts = createAccounts(database, clock, QUICK)
  return createAppPasswords({ database, accounts, clock, log: quiet, onEnded: (id) => ended.push(id) })
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  database = openDatabase(folder)
  clock = new VirtualClock()
  const account = await createAccounts(database, clock, QUICK).createOwner({
    name: 'Robin',
    password: 'correct horse battery',
  })
  robin = account?.id ?? ''
  ended = []
  appPasswords = open()
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const make = (scopes: readonly Scope[], held = all) => {
  const making = appPasswords.create({
    name: 'Home Assistant',
    scopes: [...scopes],
    createdBy: { accountId: robin, scopes: held },
  })
  if (making.outcome !== 'made') throw new Error(`not made: ${making.outcome}`)
  return { text: making.text, id: making.appPassword.id }
}
const setRole = (role: string) => database.prepare('UPDATE accounts SET role=? WHERE id=?').run(role, robin)
/** All that the table holds. */
const everything = () => JSON.stringify(database.prepare('SELECT * FROM app_passwords').all())

test('is found by its text, and the text is not kept', () => {
  const { text, id } = make(['home:read', 'climate:control'])
  expect(text).toMatch(/^latchkey_[0-9a-f]{64}$/)
  expect(appPasswords.find(text)).toEqual({
    ...{ id, accountId: robin, role: 'owner' },
    scopes: ['home:read', 'climate:control'],
  })
  expect(open().find(text)?.id).toBe(id)
  const random = text.slice('latchkey_'.length)
  expect(everything()).toContain(id)
  expect(everything()).not.toContain(random)
  expect(JSON.stringify(appPasswords.list())).not.toContain(random)
})

test('a scope that is asked for twice is given once', () => {
  make(['home:read', 'climate:control', 'home:read'])
  expect(appPasswords.list()[0]?.scopes).toEqual(['home:read', 'climate:control'])
})

test('no two are alike', () => {
  const texts = Array.from({ length: 20 }, () => make(['home:read']).text)
  expect(new Set(texts).size).toBe(20)
})

test.for([
  ['cut off', (text: string) => text.slice(0, -1)],
  ['with a letter more', (text: string) => `${text}0`],
  ['with a line break', (text: string) => `${text}\n`],
  ['in capitals', (text: string) => text.toUpperCase()],
  ['without its prefix', (text: string) => text.slice('latchkey_'.length)],
  ['with another last letter', (text: string) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`],
  ['guessed', () => `latchkey_${'0'.repeat(64)}`],
  ['that is the prefix alone', () => 'latchkey_'],
  ['that is a wildcard of the database', () => `latchkey_${'%'.repeat(64)}`],
  ['that is empty', () => ''],
] as const)('one %s is nobody', ([, spoil]) => {
  const { text } = make(['home:read'])
  expect(appPasswords.find(spoil(text))).toBeUndefined()
  expect(appPasswords.find(text)).toBeDefined()
})

test('nobody makes one that can do more than they: neither than their role, nor than what they came with', () => {
  const wanted = { name: 'x', scopes: ['home:read', 'security:disarm', 'home:admin'] as const }
  const create = (held: readonly Scope[], accountId = robin) =>
    appPasswords.create({ ...wanted, scopes: [...wanted.scopes], createdBy: { accountId, scopes: held } })
  expect(create(['home:read', 'home:admin'])).toEqual({ outcome: 'beyond_maker', scopes: ['security:disarm'] })
  setRole('member')
  expect(create(all)).toEqual({ outcome: 'beyond_maker', scopes: ['home:admin'] })
  setRole('guest')
  expect(create(all)).toEqual({ outcome: 'beyond_maker', scopes: ['security:disarm', 'home:admin'] })
  expect(create(all, 'nobody')).toEqual({ outcome: 'beyond_maker', scopes: wanted.scopes })
  expect(appPasswords.list()).toEqual([])
})

test('a maker whose role is lowered takes it along, connections included', () => {
  const { text, id } = make(['home:read', 'security:disarm', 'home:admin'])
  const untouched = make(['home:read'])
  appPasswords.find(text)
  appPasswords.find(untouched.text)
  appPasswords.enforce()
  expect(ended).toEqual([])
  setRole('guest')
  expect(appPasswords.list().map(({ scopes }) => scopes)).toEqual([['home:read'], ['home:read']])
  appPasswords.enforce()
  expect(ended).toEqual([id])
  expect(appPasswords.find(text)).toMatchObject({ role: 'guest', scopes: ['home:read'] })
  appPasswords.enforce()
  expect(ended).toEqual([id])
})

test('the sweep of every minute sees to it, so that nobody has to remember', async () => {
  await using server = await startServer()
  const { accounts, appPasswords: kept } = server.authorization
  const owner = await accounts.createOwner({ name: 'Robin', password: 'correct horse battery' })
  const createdBy = { accountId: owner?.id ?? '', scopes: all }
  const making = kept.create({ name: 'x', scopes: ['home:read', 'home:admin'], createdBy })
  if (making.outcome !== 'made') throw new Error(`not made: ${making.outcome}`)
  kept.find(making.text)
  await server.authorization.sweep()
  expect(server.ended).toEqual([])
  server.database.exec("UPDATE accounts SET role='member'")
  await server.authorization.sweep()
  expect(server.ended).toEqual([making.appPassword.id])
})

test('one that comes back weaker is not left connected elsewhere as it was', () => {
  const { text, id } = make(['home:read', 'security:disarm'])
  appPasswords.find(text)
  setRole('guest')
  expect(appPasswords.find(text)?.scopes).toEqual(['home:read'])
  expect(ended).toEqual([id])
  appPasswords.find(text)
  expect(ended).toEqual([id])
})

test('an account that is removed takes its app passwords along', () => {
  const { text, id } = make(['home:read'])
  appPasswords.find(text)
  database.prepare('DELETE FROM accounts WHERE id=?').run(robin)
  appPasswords.enforce()
  expect(ended).toEqual([id])
  expect(appPasswords.find(text)).toBeUndefined()
  expect(appPasswords.list()).toEqual([])
})

test('revoking ends it once', () => {
  const { text, id } = make(['home:read'])
  const other = make(['home:read'])
  expect(appPasswords.revoke(id)).toMatchObject({ id })
  expect(ended).toEqual([id])
  expect(appPasswords.revoke(id)).toBeUndefined()
  expect(appPasswords.revoke('app-0000000000000000')).toBeUndefined()
  expect(ended).toEqual([id])
  expect(appPasswords.find(text)).toBeUndefined()
  expect(appPasswords.list().map((each) => each.id)).toEqual([other.id])
})

test('the last use is noted, at most every ten minutes, and also by a clock that was put back', async () => {
  const { text } = make(['home:read'])
  const lastUse = () => appPasswords.list()[0]?.lastUsedAt
  expect(lastUse()).toBeUndefined()
  const first = clock.now()
  appPasswords.find(text)
  expect(lastUse()).toBe(first)
  await clock.advance(minutes(9))
  appPasswords.find(text)
  expect(lastUse()).toBe(first)
  await clock.advance(minutes(1))
  appPasswords.find(text)
  expect(lastUse()).toBe(first + minutes(10))
  clock.jumpWall(minutes(-60))
  appPasswords.find(text)
  expect(lastUse()).toBe(first - minutes(50))
})

test('a disk that takes no more writes locks nobody out', () => {
  const { text, id } = make(['home:read'])
  database.exec('PRAGMA query_only=ON')
  expect(appPasswords.find(text)?.id).toBe(id)
  database.exec('PRAGMA query_only=OFF')
  expect(appPasswords.list()[0]?.lastUsedAt).toBeUndefined()
})

test('there is an end to how many are made', () => {
  for (let n = 0; n < MOST_APP_PASSWORDS; n++) make(['home:read'])
  const createdBy = { accountId: robin, scopes: all }
  expect(appPasswords.create({ name: 'one more', scopes: ['home:read'], createdBy })).toEqual({ outcome: 'too_many' })
  appPasswords.revoke(appPasswords.list()[0]?.id ?? '')
  expect(appPasswords.create({ name: 'one more', scopes: ['home:read'], createdBy }).outcome).toBe('made')
})
