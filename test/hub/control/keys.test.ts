// The keys from the command line, with a hub that runs, a device of the product's own, and without.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { UsageError } from '#contract/settings.ts'
import { millis } from '#contract/time.ts'
import { createPlace } from '../../device/local/device.ts'
import { until } from '../../home.ts'
import { type HubRoom, openHubRoom } from '../hub-room.ts'
import { run } from './commands.ts'

const list = async (data: string) =>
  JSON.parse((await run(data, 'keys', 'list', '--json')).out).keys as { kid: string; alg: string; state: string }[]
const published = async (room: HubRoom) =>
  ((await (await fetch(new URL('/oauth/jwks', room.hub.publicUrl))).json()) as JSONWebKeySet).keys.map(({ kid }) => kid)

test('lists them in 80 columns, rotates once, and says when', async () => {
  await using room = await openHubRoom()
  const shown = (await run(room.data, 'keys', 'list')).out.split('\n')
  expect(shown).toEqual([expect.stringMatching(/^\S{43} {2}RS256 {2}signs$/), expect.stringMatching(/ES256 {2}signs$/)])
  const token = await room.accessToken()
  const rotated = await run(room.data, 'keys', 'rotate')
  expect(rotated).toMatchObject({ code: 0, err: expect.stringMatching(/^The new keys sign from \S+Z on; nobody/) })
  const lines = rotated.out.split('\n')
  expect(lines.filter((line) => /signs from \S+Z$/.test(line))).toHaveLength(2)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  expect(await published(room)).toHaveLength(4)
  expect(await run(room.data, 'keys', 'rotate')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Not done: the keys/),
  })
  expect((await room.ask('GET', '/api/me', token)).status).toBe(200)
  const audit = await (await room.ask('GET', '/api/audit', token)).text()
  expect(audit.match(/keys_rotated/g)).toHaveLength(1)
})

test('a device of ours and a person carry on when every key is dropped, and so do they over a rotation', async () => {
  await using place = await createPlace()
  await using agent = await place.start()
  const device = await place.approve(agent)
  expect((await run(place.root, 'keys', 'rotate')).code).toBe(0)
  await systemClock.sleep(millis(300))
  expect(agent.status.phase).toBe('online')
  const before = (await list(place.root)).map(({ kid }) => kid)
  const phases: string[] = []
  const watching = setInterval(() => phases.push(agent.status.phase), 5)
  expect((await run(place.root, 'keys', 'rotate', '--retire', 'all')).code).toBe(0)
  await until(() => phases.includes('offline') && agent.status.phase === 'online', 'it to be back')
  clearInterval(watching)
  expect(agent.status).toMatchObject({ phase: 'online', device })
  expect(phases).not.toContain('pairing')
  for (const { kid } of await list(place.root)) expect(before).not.toContain(kid)
  expect((await place.owner.get('/pair')).url.pathname).toBe('/pair')
})

test('one that leaked is gone from what is published, from admission and from the file', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const { kid = '' } = decodeProtectedHeader(token)
  const connected = await room.connect(token)
  const ended = new Promise<void>((resolve) => connected.once('close', () => resolve()))
  expect((await run(room.data, 'keys', 'rotate', '--retire', kid)).code).toBe(0)
  await ended
  expect((await room.ask('GET', '/api/me', token)).status).toBe(401)
  expect(await published(room)).not.toContain(kid)
  expect(readFileSync(join(room.data, 'hub', 'keys.json'), 'utf8')).not.toContain(kid)
  const next = await room.accessToken()
  expect((await room.ask('GET', '/api/me', next)).status).toBe(200)
  const audit = await (await room.ask('GET', '/api/audit', next)).json()
  expect(JSON.stringify(audit)).toContain(`"event":"key_retired"`)
  expect(await run(room.data, 'keys', 'rotate', '--retire', kid)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no key'),
  })
})

test('works on the folder of a hub that does not run', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  await room.stop()
  expect((await run(room.data, 'keys', 'rotate')).code).toBe(0)
  expect(await list(room.data)).toHaveLength(4)
  await room.restart()
  expect(await published(room)).toHaveLength(4)
  expect((await room.ask('GET', '/api/me', token)).status).toBe(200)
  const set = (await (await fetch(new URL('/oauth/jwks', room.hub.publicUrl))).json()) as JSONWebKeySet
  expect(() => createLocalJWKSet(set)).not.toThrow()
})

test.for([
  ['nothing', []],
  ['another word', ['show']],
  ['a word too many', ['list', 'x']],
  ['an unknown flag', ['rotate', '--force']],
] as const)('%s is wrong usage', async ([, args]) => {
  await expect(run('/nowhere', 'keys', ...args)).rejects.toThrow(UsageError)
})

test('retiring without rotating is wrong usage, and named', async () => {
  await expect(run('/nowhere', 'keys', 'list', '--retire', 'x')).rejects.toThrow('Cannot use --retire without rotate')
})

test('--help says what each ends, in 80 columns', async () => {
  const { code, out } = await run('/nowhere', 'keys', '--help')
  expect(code).toBe(0)
  expect(out).toContain('--retire')
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})
