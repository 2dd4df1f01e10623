// What the library cannot promise by itself: single use is only as atomic as its store.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { createAdapter, createSweep, MOST_REFRESH_TOKENS } from '../../../hub/authorization/adapter.ts'
import { type Database, openBeside, openDatabase } from '../../../hub/store/database.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

let folder: string
let database: Database
let beside: Database
let clock: VirtualClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  database = openDatabase(folder)
  beside = openBeside(database)
  clock = new VirtualClock()
})
afterEach(() => {
  beside.close()
  database.close()
  rmSync(folder, { recursive: true })
})
const adapter = (model: string) => createAdapter({ database, beside }, clock)(model)

test('a code is consumed once, however many ask at the same moment', async () => {
  const codes = adapter('DeviceCode')
  await codes.upsert('code', { kind: 'DeviceCode', jti: 'code' }, 600)
  const asked = await Promise.allSettled([codes.consume('code'), codes.consume('code'), codes.consume('code')])
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(await codes.find('code')).toMatchObject({ consumed: expect.any(Number) })
})

test('an assertion that was seen is not taken again until it could not be valid any more', async () => {
  const seen = adapter('ReplayDetection')
  await seen.upsert('jti', { iss: 'toaster' }, 60)
  await expect(seen.upsert('jti', { iss: 'toaster' }, 60)).rejects.toThrow()
  await clock.advance(seconds(61))
  await expect(seen.upsert('jti', { iss: 'toaster' }, 60)).resolves.toBeUndefined()
})

test('nor by the hub that comes after one that was killed', async () => {
  await adapter('ReplayDetection').upsert('jti', { iss: 'toaster' }, 60)
  const next = openDatabase(folder)
  const stores = { database: next, beside: openBeside(next) }
  const seen = createAdapter(stores, clock)('ReplayDetection')
  await expect(seen.upsert('jti', { iss: 'toaster' }, 60)).rejects.toThrow()
  stores.beside.close()
  next.close()
})

test('a grant keeps so many refresh tokens and no more, the newest, and costs no other grant any', async () => {
  const tokens = adapter('RefreshToken')
  await tokens.upsert('of another', { jti: 'of another', grantId: 'other' }, 600)
  await tokens.upsert('of a code', { jti: 'of a code' }, 600)
  database.exec('BEGIN')
  for (let n = 0; n < MOST_REFRESH_TOKENS + 5; n++) {
    await tokens.upsert(`token ${n}`, { jti: `token ${n}`, grantId: 'busy' }, 1000 + n)
    await tokens.consume(`token ${n}`)
  }
  database.exec('COMMIT')
  createSweep(database)(clock.now())
  const kept = (grantId: string) =>
    database.prepare("SELECT count(*) AS n FROM oidc WHERE model='RefreshToken' AND grant_id=?").get(grantId)?.n
  expect([kept('busy'), kept('other')]).toEqual([MOST_REFRESH_TOKENS, 1])
  expect(await tokens.find('token 4')).toBeUndefined()
  expect(await tokens.find('token 5')).toMatchObject({ consumed: expect.any(Number) })
  expect(await tokens.find('of a code')).toBeDefined()
})

test('a refresh token is found by its value, and its value is not in the database', async () => {
  const tokens = adapter('RefreshToken')
  await tokens.upsert('the-secret-itself', { jti: 'the-secret-itself', grantId: 'g' }, 600)
  expect(await tokens.find('the-secret-itself')).toMatchObject({ jti: 'the-secret-itself', grantId: 'g' })
  expect(JSON.stringify(database.prepare('SELECT * FROM oidc').all())).not.toContain('the-secret-itself')
  await tokens.revokeByGrantId('g')
  expect(await tokens.find('the-secret-itself')).toBeUndefined()
})

test('expired rows go, after the time in which they are still answered for', async () => {
  const codes = adapter('DeviceCode')
  await codes.upsert('code', { kind: 'DeviceCode', jti: 'code', userCode: 'BBBBCCCC' }, 600)
  await adapter('Client').upsert('latchkey', { client_id: 'latchkey' } as never, 0)
  await clock.advance(minutes(20))
  createSweep(database)(clock.now())
  expect(await codes.findByUserCode('BBBBCCCC')).toBeDefined()
  await clock.advance(minutes(6))
  createSweep(database)(clock.now())
  expect(await codes.findByUserCode('BBBBCCCC')).toBeUndefined()
  expect(await adapter('Client').find('latchkey')).toBeDefined()
})
