// The power goes between any two file-system calls; what was acknowledged is there afterwards, and what was not is whole or absent.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Credentials } from '../../../device/credentials/credentials.ts'
import { eraseFolder, finishReset } from '../../../device/local/reset.ts'
import { createTestFolder, grant, registration, type TestFolder } from './device.ts'
import { type DiskState, recordDiskStates } from './disk-states.ts'

let device: TestFolder
let copies: string
beforeEach(() => {
  device = createTestFolder()
  copies = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => {
  device[Symbol.dispose]()
  rmSync(copies, { recursive: true })
})

const record = async (job: (mark: (what: string) => void) => Promise<void>): Promise<readonly DiskState[]> => {
  const recording = recordDiskStates(device.folder, copies)
  await job(recording.mark)
  recording.stop()
  return recording.states
}

/** Starts from each state, and again from what that start made of it. Something damaged or locked is what no power cut may make. */
async function startFromEach(
  states: readonly DiskState[],
  systemd = false,
): Promise<readonly (Credentials & { mark: string })[]> {
  const found: (Credentials & { mark: string })[] = []
  for (const { folder, mark } of states) {
    const { current } = await device.open({ in: folder, systemd })
    expect((await device.open({ in: folder, systemd })).current).toEqual(current)
    expect(readdirSync(folder).filter((name) => /damaged|locked|json/.test(name))).toEqual([])
    found.push({ ...current, mark })
  }
  return found
}

test('a first pairing, a refresh with a new token, and a re-pairing', async () => {
  let key: unknown
  const states = await record(async (mark) => {
    const store = await device.open()
    key = store.current.key
    mark('key')
    await store.save({ ...store.current, registration })
    mark('registered')
    await store.save({ ...store.current, grant })
    mark('paired')
    await store.save({ ...store.current, grant: { refreshToken: 'refreshed' } })
    mark('refreshed')
    await store.forgetGrant()
    mark('forgotten')
    await store.save({ ...store.current, grant: { refreshToken: 'again' } })
    mark('paired again')
  })
  expect(states.length).toBeGreaterThan(30)
  /** Before the next one is acknowledged either of the two may be there. */
  const allowed: Readonly<Record<string, readonly unknown[]>> = {
    key: [undefined],
    registered: [undefined, 'refresh-token-that-nobody-may-see'],
    paired: ['refresh-token-that-nobody-may-see', 'refreshed'],
    refreshed: ['refreshed', undefined],
    forgotten: [undefined, 'again'],
    'paired again': ['again'],
  }
  for (const { mark, ...found } of await startFromEach(states)) {
    if (mark === 'begun') {
      expect(found.registration).toBeUndefined()
      continue
    }
    expect(found.key).toEqual(key)
    expect(allowed[mark]).toContain(found.grant?.refreshToken)
    if (mark !== 'key') expect(found.registration).toEqual(registration)
  }
})

test('sealing what an earlier version kept in the clear', async () => {
  const { key } = (await device.open()).current
  rmSync(device.folder, { recursive: true })
  mkdirSync(device.folder)
  const plain: Credentials = { version: 1, key, registration, grant }
  writeFileSync(join(device.folder, 'credentials.json'), JSON.stringify(plain))
  const states = await record(async () => {
    await device.open()
  })
  expect(states.length).toBeGreaterThan(10)
  for (const found of await startFromEach(states)) expect(found).toMatchObject(plain)
})

test('a systemd credential taking over from the key file', async () => {
  const store = await device.open()
  await store.save({ ...store.current, registration, grant })
  mkdirSync(device.credentialsDirectory)
  writeFileSync(join(device.credentialsDirectory, 'latchkey-kek'), 'a secret of systemd, forty characters long')
  const states = await record(async () => {
    await device.open({ systemd: true })
  })
  expect(states.length).toBeGreaterThan(8)
  // The key file may be half overwritten when the power goes; then nothing needs it.
  for (const { folder } of states) {
    expect((await device.open({ in: folder, systemd: true })).current).toEqual(store.current)
  }
})

test('a factory reset: what was there, or all of it gone and a new key', async () => {
  const store = await device.open()
  await store.save({ ...store.current, registration, grant })
  writeFileSync(join(device.folder, 'toaster.json'), '{}')
  writeFileSync(join(device.folder, 'hall.yaml'), 'relay: 17')
  const states = await record(() => eraseFolder(device.folder))
  expect(states.length).toBeGreaterThan(8)
  let begun = false
  for (const { folder } of states) {
    if (await finishReset(folder)) begun = true
    if (begun) expect(readdirSync(folder)).toEqual(['hall.yaml'])
    else expect((await device.open({ in: folder })).current).toEqual(store.current)
  }
  expect(begun).toBe(true)
})
