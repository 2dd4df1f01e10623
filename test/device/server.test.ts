import pino from 'pino'
import { beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import type { Credentials } from '../../device/credentials/credentials.ts'
import { createServers } from '../../device/server.ts'

const HUB = 'https://hub.local:8443/'
/** The authorities are never asked for anything here, so their names will do. */
const ANNOUNCED = '-- announced --\n'
const NAMED = '-- named --\n'
const key = {} as Credentials['key']
const unpaired: Credentials = { version: 1, key }
const paired: Credentials = {
  ...unpaired,
  registration: { issuer: HUB, device: 'thermostat-k3f9ab' as DeviceId, ca: ANNOUNCED },
  grant: { refreshToken: 'r' },
}

let said: string[]
const { signal } = new AbortController()
beforeEach(() => {
  said = []
})

const serversWith = ({ ca, found = HUB }: { readonly ca?: string; readonly found?: string }) =>
  createServers({
    ...{ issuer: undefined, ca, lookup: undefined, network: undefined, clock: systemClock, signal },
    discover: async () => ({ issuer: new URL(found), ca: ANNOUNCED }),
    log: pino({}, { write: (line: string) => void said.push(JSON.parse(line).msg) }),
  })

test('a hub that was found is trusted by what it announced, which is pinned', async () => {
  await using servers = serversWith({})
  expect(await servers.of(unpaired)).toMatchObject({ ca: ANNOUNCED, pinned: ANNOUNCED, isPinned: false })
  expect((await servers.of(paired)).isPinned).toBe(true)
})

test('an authority that a person named goes before the one that a hub announced, and is what is pinned', async () => {
  await using servers = serversWith({ ca: NAMED })
  expect(await servers.of(unpaired)).toMatchObject({ ca: NAMED, pinned: NAMED })
})

test('a hub that was found without TLS is not joined where an authority was named', async () => {
  await using servers = serversWith({ ca: NAMED, found: 'http://localhost:8080' })
  await expect(servers.of(unpaired)).rejects.toThrow(
    'Cannot join http://localhost:8080 as --ca must vouch for it: name it with --hub, or leave --ca out',
  )
})

test('once paired, the pin holds until a person names another authority, which is said once', async () => {
  await using pinned = serversWith({})
  expect((await pinned.of(paired)).ca).toBe(ANNOUNCED)
  expect(said).toEqual([])
  await using named = serversWith({ ca: NAMED })
  expect(await named.of(paired)).toMatchObject({ ca: NAMED, isPinned: false })
  await named.of(paired)
  expect(said).toEqual(['the authority of --ca is not the pinned one: going by --ca'])
})

test('to name the authority that is pinned is nothing new', async () => {
  await using servers = serversWith({ ca: ANNOUNCED.trim() })
  await servers.of(paired)
  expect(said).toEqual([])
})
