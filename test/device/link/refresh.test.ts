// Refreshing while somebody changes his mind.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { seconds } from '#contract/time.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { createRefresh } from '../../../device/link/refresh.ts'
import type { Answer } from '../../../device/oauth/answer.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => openCredentials({ folder, credentialsDirectory: undefined, clock: systemClock, log: quiet })
const granted = (refreshToken: string | undefined): Answer => ({
  type: 'granted',
  tokens: { accessToken: 'a', lifetime: seconds(600), refreshToken },
})

async function paired() {
  const store = await open()
  const registration = { issuer: 'https://id.example/', device: parseDeviceId('thermostat-k3f9ab', 'the test') }
  await store.save({ ...store.current, registration, grant: { refreshToken: 'R0' } })
  return store
}

test('a token that rotates is on disk before anybody uses what came with it', async () => {
  const store = await paired()
  const asked: string[] = []
  const refresh = createRefresh({
    ...{ store, log: quiet },
    ask: async (token) => {
      asked.push(token)
      return granted(`R${asked.length}`)
    },
  })
  await refresh()
  expect((await open()).current.grant).toEqual({ refreshToken: 'R1' })
  await refresh()
  expect(asked).toEqual(['R0', 'R1'])
})

test.for([
  ['a rotated one', 'R1'],
  ['the same', undefined],
] as const)('an answer that comes after somebody unpaired it brings nothing back: %s', async ([, token]) => {
  const store = await paired()
  const late = Promise.withResolvers<Answer>()
  const refresh = createRefresh({ store, log: quiet, ask: () => late.promise })()
  await store.forgetGrant()
  late.resolve(granted(token))
  expect(await refresh).toEqual({ type: 'refused', error: 'invalid_grant' })
  expect(store.current.grant).toBeUndefined()
  expect((await open()).current.grant).toBeUndefined()
})

test('a store that is closed keeps nothing any more: its folder is about to be erased', async () => {
  const store = await paired()
  const underWay = store.replaceGrant('R1')
  await store.close()
  await underWay.catch(() => {})
  rmSync(folder, { recursive: true })
  await expect(store.save(store.current)).rejects.toThrow('it is being erased')
  expect(() => readdirSync(folder)).toThrow('ENOENT')
})
