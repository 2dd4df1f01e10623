import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'latchkey-')), 'device')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const clock = new VirtualClock()
const open = () => openCredentials(folder, clock, quiet)
const registration = { issuer: 'http://localhost:8080/', device: parseDeviceId('toaster-k3f9ab', 'the test') }

test('makes a key at first start and finds the same one ever after', async () => {
  const { key } = (await open()).current
  expect((await open()).current).toEqual({ version: 1, key })
})

test('keeps what it was given, readable by nobody else', async () => {
  const store = await open()
  await store.save({ ...store.current, registration, grant: { refreshToken: 'r' } })
  expect((await open()).current).toMatchObject({ registration, grant: { refreshToken: 'r' } })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['credentials.json'])
})

test.for([
  { what: 'empty', text: '' },
  { what: 'cut in the middle', text: '{"version":1,"key":{"kty":"EC"' },
  { what: 'JSON of something else', text: '[1,2,3]' },
  { what: 'of a later version', text: '{"version":2}' },
])('puts a file aside that is $what, keeps every byte of it, and begins anew', async ({ text }) => {
  await open()
  writeFileSync(join(folder, 'credentials.json'), text)
  const { current } = await open()
  expect(current.grant).toBeUndefined()
  const aside = readdirSync(folder).filter((name) => name.includes('damaged'))
  expect(aside).toHaveLength(1)
  expect(readFileSync(join(folder, aside[0] ?? ''), 'utf8')).toBe(text)
})

test('a half-written new file from a power cut changes nothing', async () => {
  const before = (await open()).current
  writeFileSync(join(folder, 'credentials.json.new'), '{"version":1,"ke')
  expect((await open()).current).toEqual(before)
})

test('says which file cannot be written, and goes on with what it has', async () => {
  const store = await open()
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'something stands where the folder was')
  await expect(store.save({ ...store.current, registration })).rejects.toThrow(/Cannot write .*credentials\.json/)
  expect(store.current.registration).toBeUndefined()
})
