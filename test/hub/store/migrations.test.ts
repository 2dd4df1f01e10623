// What a household has is there after an update: each layout from its first one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../hub/store/database.ts'
import { MIGRATIONS } from '../../../hub/store/migrations.ts'

test('people, their sessions, app passwords and devices outlive the layout of accounts without a password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const old = new DatabaseSync(join(folder, 'latchkey.db'))
  for (const sql of MIGRATIONS.slice(0, 2)) old.exec(sql)
  old.exec(`
    PRAGMA user_version=2;
    INSERT INTO accounts VALUES ('robin', 'Robin', 'owner', 'kept hash', 1);
    INSERT INTO sessions VALUES ('hash', 'robin', 1, 9);
    INSERT INTO app_passwords VALUES ('app-1', 'hash', 'Node-RED', 'home:read', 'robin', 1, NULL);
    INSERT INTO devices VALUES ('toaster-1', 'toaster', 'Toaster', '::1', 1, 2, 'robin')`)
  old.close()
  const database = openDatabase(folder)
  const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n
  expect(database.prepare('SELECT * FROM accounts').all()).toMatchObject([
    { id: 'robin', name: 'Robin', role: 'owner', password_hash: 'kept hash', created_at: 1 },
  ])
  expect(['sessions', 'app_passwords', 'devices'].map(count)).toEqual([1, 1, 1])
  // Nobody has to sign in again.
  expect(database.prepare('SELECT * FROM sessions').all()).toMatchObject([
    { cookie_hash: 'hash', account_id: 'robin', signed_in_at: 1, confirmed_at: 1, expires_at: 9 },
  ])
  expect(() => database.exec("INSERT INTO accounts VALUES ('kim', 'ROBIN', 'guest', 1, NULL)")).toThrow('UNIQUE')
  database.exec("INSERT INTO accounts VALUES ('kim', 'Kim', 'guest', 1, NULL)")
  database.close()
  rmSync(folder, { recursive: true })
})
