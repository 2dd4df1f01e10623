import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSealedHeader } from '../../../device/credentials/jwe.ts'
import { describeProtection } from '../../../device/credentials/sealing-key.ts'
import { createTestFolder, grant, registration, type TestFolder } from './device.ts'

let device: TestFolder
beforeEach(() => {
  device = createTestFolder()
})
afterEach(() => device[Symbol.dispose]())

const SLOTS = ['credentials.a', 'credentials.b'] as const
const path = (name: string): string => join(device.folder, name)
const read = (name: string): string => readFileSync(path(name), 'utf8')
const said = (text: string): number => device.logged.filter((line) => line.includes(text)).length
const offerSystemdCredential = (secret = 'a secret of systemd, forty characters long'): void => {
  mkdirSync(device.credentialsDirectory, { recursive: true })
  writeFileSync(join(device.credentialsDirectory, 'latchkey-kek'), secret)
}
const pairedStore = async (options?: { readonly systemd: boolean }) => {
  const store = await device.open(options)
  await store.save({ ...store.current, registration, grant })
  return store
}

test('makes a key at first start and finds the same one ever after', async () => {
  const { key } = (await device.open()).current
  expect((await device.open()).current).toEqual({ version: 1, key })
})

test('keeps what it was given, twice, readable by nobody else', async () => {
  await pairedStore()
  expect((await device.open()).current).toMatchObject({ registration, grant })
  expect(statSync(device.folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(device.folder).toSorted()).toEqual(['credentials.a', 'credentials.b', 'credentials.key'])
  for (const name of readdirSync(device.folder)) expect(statSync(path(name)).mode & 0o777).toBe(0o600)
})

test.for(['640', '604'])('a key file of mode %s is refused, and nothing is lost by it', async (mode) => {
  const { key } = (await pairedStore()).current
  const before = device.files()
  chmodSync(path('credentials.key'), Number.parseInt(mode, 8))
  await expect(device.open()).rejects.toThrow(
    `Cannot use ${path('credentials.key')} as nobody else may read it: set its mode with chmod 600`,
  )
  expect(device.files()).toEqual(before)
  chmodSync(path('credentials.key'), 0o600)
  expect((await device.open()).current).toEqual({ version: 1, key, registration, grant })
})

test('a start writes nothing where nothing changed', async () => {
  await pairedStore()
  const before = SLOTS.map((name) => statSync(path(name)).ino)
  await device.open()
  expect(SLOTS.map((name) => statSync(path(name)).ino)).toEqual(before)
})

test('the sequence rises by one with each save, in both slots', async () => {
  const store = await device.open()
  expect(store.sequence).toBe(1)
  await Promise.all([store.save({ ...store.current, registration }), store.save({ ...store.current, grant })])
  expect(store.sequence).toBe(3)
  for (const name of SLOTS) expect(readSealedHeader(read(name), name).seq).toBe(3)
})

test.for(SLOTS)('with %s gone to pieces the other one serves, and there are two again', async (name) => {
  const { key } = (await pairedStore()).current
  writeFileSync(path(name), read(name).slice(0, 90))
  const { current } = await device.open()
  expect(current).toEqual({ version: 1, key, registration, grant })
  expect(said('cannot be opened: put aside, going on with the other')).toBe(1)
  unlinkSync(path(name === 'credentials.a' ? 'credentials.b' : 'credentials.a'))
  expect((await device.open()).current).toEqual(current)
})

test.for([
  { what: 'empty', text: '' },
  { what: 'zeros', text: '\0'.repeat(300) },
  { what: 'JSON of something else', text: '[1,2,3]' },
  { what: 'of a later version', text: `${Buffer.from('{"alg":"dir","version":2}').toString('base64url')}....` },
])('puts slots aside that are both $what, keeps every byte of them, and begins anew', async ({ text }) => {
  await pairedStore()
  for (const name of SLOTS) writeFileSync(path(name), text)
  const { current } = await device.open()
  expect(current.grant).toBeUndefined()
  const aside = readdirSync(device.folder).filter((name) => /\.(damaged|locked)-/.test(name))
  expect(aside.map(read)).toEqual([text, text])
  expect(said('a person must pair again')).toBe(2)
  await device.open()
  expect(said('a person must pair again')).toBe(2)
})

test('half-written new files from a power cut change nothing', async () => {
  const before = (await pairedStore()).current
  for (const name of SLOTS) writeFileSync(path(`${name}.new`), 'eyJhbGciOi')
  const store = await device.open()
  expect(store.current).toEqual(before)
  await store.save(before)
  expect(readdirSync(device.folder).filter((name) => name.endsWith('.new'))).toEqual([])
})

test('says which file cannot be written, and goes on with what it has', async () => {
  const store = await device.open()
  rmSync(device.folder, { recursive: true })
  writeFileSync(device.folder, 'something stands where the folder was')
  await expect(store.save({ ...store.current, registration })).rejects.toThrow(/Cannot write .*credentials\.a/)
  expect(store.current.registration).toBeUndefined()
  rmSync(device.folder)
  mkdirSync(device.folder)
})

test('a disk with room for one slot alone keeps that one, says so, and makes it two when there is room', async () => {
  const store = await device.open()
  symlinkSync('/dev/full', path('credentials.b.new'))
  await store.save({ ...store.current, registration, grant })
  expect(said('in one copy only')).toBe(1)
  unlinkSync(path('credentials.b.new'))
  expect((await device.open()).current.grant).toEqual(grant)
  unlinkSync(path('credentials.a'))
  expect((await device.open()).current.grant).toEqual(grant)
})

test('what an earlier version kept in the clear is sealed, and its file is gone', async () => {
  const { key } = (await device.open()).current
  rmSync(device.folder, { recursive: true })
  mkdirSync(device.folder)
  const plain = { version: 1, key, registration, grant }
  writeFileSync(path('credentials.json'), JSON.stringify(plain))
  writeFileSync(path('credentials.json.new'), JSON.stringify(plain).slice(0, 200))
  expect((await device.open()).current).toEqual(plain)
  expect(Object.keys(device.files()).toSorted()).toEqual(['credentials.a', 'credentials.b', 'credentials.key'])
  expect((await device.open()).current).toEqual(plain)
})

test('the sealed one counts where a power cut left the clear one beside it', async () => {
  const { current } = await pairedStore()
  writeFileSync(path('credentials.json'), JSON.stringify({ ...current, grant: { refreshToken: 'older' } }))
  expect((await device.open()).current).toEqual(current)
  expect(device.files()).not.toHaveProperty('credentials.json')
})

test('a damaged clear one is put aside', async () => {
  mkdirSync(device.folder)
  writeFileSync(path('credentials.json'), '{"version":1,"ke')
  expect((await device.open()).current.grant).toBeUndefined()
  const aside = readdirSync(device.folder).find((name) => name.startsWith('credentials.json.damaged'))
  expect(read(aside ?? '')).toBe('{"version":1,"ke')
})

test('says once that a key file protects a leaked file and not a stolen card', async () => {
  expect(await describeProtection(device)).toContain('made at the first start')
  await device.open()
  await device.open()
  expect(said('it protects a leaked file, not a stolen card')).toBe(1)
  expect(await describeProtection(device)).toContain('it protects a leaked file, not a stolen card')
})

test('the name of a key is where it is from and its thumbprint', async () => {
  await device.open()
  const thumbprint = await calculateJwkThumbprint({ kty: 'oct', k: read('credentials.key') })
  expect(readSealedHeader(read('credentials.a'), 'it').kid).toBe(`key-file:${thumbprint.slice(0, 16)}`)
})

test('a systemd credential seals, and then there is no key file', async () => {
  offerSystemdCredential()
  const { current } = await pairedStore({ systemd: true })
  expect(Object.keys(device.files()).toSorted()).toEqual(['credentials.a', 'credentials.b'])
  expect((await device.open({ systemd: true })).current).toEqual(current)
  expect(await describeProtection(device)).toContain('systemd credential')
})

test('a systemd credential that comes later takes over without touching the grant, and the key file goes', async () => {
  const { current } = await pairedStore()
  offerSystemdCredential()
  expect((await device.open({ systemd: true })).current).toEqual(current)
  expect(Object.keys(device.files()).toSorted()).toEqual(['credentials.a', 'credentials.b'])
  for (const name of SLOTS) expect(readSealedHeader(read(name), name).kid).toMatch(/^systemd-credential:/)
})

test('the key file stays as long as a slot could not be sealed anew', async () => {
  const { current } = await pairedStore()
  offerSystemdCredential()
  symlinkSync('/dev/full', path('credentials.b.new'))
  expect((await device.open({ systemd: true })).current).toEqual(current)
  expect(device.files()).toHaveProperty('credentials.key')
})

test.for([
  { what: 'too short', secret: 'short' },
  { what: 'empty', secret: '' },
])('a systemd credential that is $what is said, and the key file serves', async ({ secret }) => {
  offerSystemdCredential(secret)
  await pairedStore({ systemd: true })
  expect(device.files()).toHaveProperty('credentials.key')
  expect(said('the systemd credential must have 32 bytes or more')).toBe(1)
})

test('without its key it keeps the sealed files aside, says so once, and pairs anew', async () => {
  await pairedStore()
  const sealed = SLOTS.map(read)
  unlinkSync(path('credentials.key'))
  const { current } = await device.open()
  expect(current.registration).toBeUndefined()
  const aside = readdirSync(device.folder).filter((name) => name.includes('.locked-'))
  expect(aside.toSorted().map(read)).toEqual(sealed)
  await device.open()
  expect(said('which is not here')).toBe(2)
})

test('with its key back it is paired again, and nothing stays aside', async () => {
  offerSystemdCredential()
  const { current } = await pairedStore({ systemd: true })
  const between = await device.open()
  expect(between.current.grant).toBeUndefined()
  await between.save({ ...between.current, registration })
  expect((await device.open({ systemd: true })).current).toEqual(current)
  expect((await device.open({ systemd: true })).current).toEqual(current)
  expect(Object.keys(device.files()).toSorted()).toEqual(['credentials.a', 'credentials.b'])
})

test('a grant that was given up does not come back with its key', async () => {
  offerSystemdCredential()
  await pairedStore({ systemd: true })
  const between = await device.open()
  await between.save({ ...between.current, registration, grant: { refreshToken: 'newer' } })
  await between.forgetGrant()
  expect((await device.open({ systemd: true })).current.grant).toBeUndefined()
  expect((await device.open({ systemd: true })).current.registration).toEqual(registration)
})

test('a damaged key file is put aside too', async () => {
  await pairedStore()
  writeFileSync(path('credentials.key'), 'half')
  expect((await device.open()).current.grant).toBeUndefined()
  expect(said('the key file was damaged')).toBe(1)
  expect((await device.open()).sequence).toBe(1)
})

test('an older copy put back is noticed, and the newer one counts', async () => {
  const store = await device.open()
  const old = read('credentials.b')
  for (const refreshToken of ['1', '2', '3']) await store.save({ ...store.current, grant: { refreshToken } })
  writeFileSync(path('credentials.b'), old)
  expect((await device.open()).current.grant).toEqual({ refreshToken: '3' })
  expect(said('older than it can be')).toBe(1)
})
