// The keys alone: a real file, a clock that turns.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hours, instant, minutes, seconds } from '#contract/time.ts'
import { type Dated, JWKS_MAX_AGE, PUBLISHED_AHEAD, stateOf } from '../../../../hub/authorization/keys/key-ring.ts'
import { type Keys, openKeys } from '../../../../hub/authorization/keys/keys.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

const tokenLifetime = minutes(10)
const key = (kid: string, signsFrom: number, alg = 'ES256'): Dated => ({ kid, alg, signsFrom: instant(signsFrom) })
const OLD = key('old', 0)
const NEW = key('new', hours(1000))
const overlap = hours(1) + tokenLifetime

test.for([
  ['before it takes over', -1, { state: 'signing' }, { state: 'waiting', at: NEW.signsFrom }],
  ['when it does', 0, { state: 'retiring', at: NEW.signsFrom + overlap }, { state: 'signing' }],
  ['until the last token', overlap - 1, { state: 'retiring', at: NEW.signsFrom + overlap }, { state: 'signing' }],
  ['and after it', overlap, { state: 'remembered', at: NEW.signsFrom + hours(720) }, { state: 'signing' }],
  ['after a month', hours(720), { state: 'over' }, { state: 'signing' }],
  ['in ten years', hours(90_000), { state: 'over' }, { state: 'signing' }],
] as const)('the old and the new key %s', ([, after, old, next]) => {
  const times = { now: instant(NEW.signsFrom + after), tokenLifetime }
  const ring = [NEW, key('other', 5, 'RS256'), OLD]
  expect(stateOf(OLD, ring, times)).toEqual(old)
  expect(stateOf(NEW, ring, times)).toEqual(next)
  expect(stateOf(ring[1] ?? NEW, ring, times)).toEqual({ state: 'signing' })
})

test('by a clock that was never set the oldest signs, and the newest is not forgotten', () => {
  const ring = [key('a', hours(1000)), key('b', hours(2000))]
  const states = ring.map((each) => stateOf(each, ring, { now: instant(0), tokenLifetime }).state)
  expect(states).toEqual(['signing', 'waiting'])
})

test('a new key is published for twice as long as a key set may be kept before it signs', () => {
  expect(PUBLISHED_AHEAD).toBe(2 * JWKS_MAX_AGE)
})

let folder: string
let path: string
let clock: VirtualClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  path = join(folder, 'keys.json')
  clock = new VirtualClock()
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => openKeys(folder, { clock, tokenLifetime })
const states = (keys: Keys) => keys.list().map(({ alg, state }) => `${alg} ${state.state}`)
const signer = (keys: Keys, alg = 'ES256') => keys.signing.keys.find((each) => each.alg === alg)?.kid
const published = (keys: Keys) => keys.published.keys.map(({ kid }) => kid)

test('makes a key of each algorithm once, publishes no private half, and shows the file to nobody', async () => {
  const keys = await open()
  expect(states(keys)).toEqual(['RS256 signing', 'ES256 signing'])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const again = await open()
  expect(again.signing).toEqual(keys.signing)
  expect(again.published).toEqual(keys.published)
  for (const jwk of keys.published.keys) {
    const known =
      jwk.kty === 'EC' ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'] : ['alg', 'e', 'kid', 'kty', 'n', 'use']
    expect(Object.keys(jwk).sort()).toEqual(known)
  }
})

test('a file of an earlier version is added to: its key and its cookies stay', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const old = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'as-before' }
  writeFileSync(path, JSON.stringify({ keys: [old], cookieSecrets: ['a-secret-as-before'] }))
  const keys = await open()
  expect(signer(keys)).toBe('as-before')
  expect(keys.signing.cookieSecrets).toEqual(['a-secret-as-before'])
  expect(states(keys)).toEqual(['RS256 signing', 'ES256 signing'])
  expect(JSON.parse(readFileSync(path, 'utf8')).keys[0]).toEqual(old)
  await keys.rotate()
  expect(keys.signing.cookieSecrets).toHaveLength(2)
  expect(keys.signing.cookieSecrets[1]).toBe('a-secret-as-before')
})

test('a damaged file is an error and stays as it is', async () => {
  writeFileSync(path, '{"keys": []')
  await expect(open()).rejects.toThrow(/restore it from a backup/)
  expect(readFileSync(path, 'utf8')).toBe('{"keys": []')
})

test('a rotation publishes first, then signs, then forgets, and a restart changes none of it', async () => {
  let keys = await open()
  const [first, made] = [signer(keys), published(keys)]
  const signing = keys.signing
  const begun = await keys.rotate()
  expect(begun).toEqual({ outcome: 'begun', signsFrom: clock.now() + minutes(10) })
  expect(published(keys)).toHaveLength(4)
  expect(signer(keys)).toBe(first)
  // The provider need not be made anew for a key that does not sign; for the cookies it must.
  expect(keys.signing.keys).toEqual(signing.keys)
  expect(await keys.rotate()).toEqual({ ...begun, outcome: 'under_way' })
  expect(published(keys)).toHaveLength(4)

  await clock.advance(minutes(9))
  await keys.sweep()
  expect(signer(keys)).toBe(first)
  await clock.advance(minutes(1))
  await keys.sweep()
  expect(signer(keys)).not.toBe(first)
  expect(states(keys)).toEqual(['RS256 signing', 'ES256 signing', 'RS256 retiring', 'ES256 retiring'])
  expect(published(keys)).toEqual(expect.arrayContaining(made))
  keys = await open()
  expect(signer(keys)).not.toBe(first)

  await clock.advance(hours(2))
  await keys.sweep()
  expect(published(keys)).toHaveLength(2)
  expect(published(keys)).not.toContain(first)
  // For a hint at sign-out it is still known.
  expect(keys.signing.keys.map(({ kid }) => kid)).toContain(first)
  await clock.advance(hours(24 * 32))
  await keys.sweep()
  expect(keys.list()).toHaveLength(2)
  expect(keys.signing.cookieSecrets).toHaveLength(1)
  expect(readFileSync(path, 'utf8')).not.toContain(first)
})

test('nothing changes hands where nothing changes', async () => {
  const keys = await open()
  const { signing, published: set } = keys
  await clock.advance(hours(1))
  await keys.sweep()
  expect(keys.signing).toBe(signing)
  expect(keys.published).toBe(set)
})

test('a key that somebody else may have is gone at once, another signs, and older ones do not come back', async () => {
  const keys = await open()
  const oldest = signer(keys) ?? ''
  await keys.rotate()
  await clock.advance(hours(3))
  await keys.sweep()
  const stolen = signer(keys) ?? ''
  expect(published(keys)).not.toContain(oldest)
  const [secret] = keys.signing.cookieSecrets
  expect(await keys.retire([stolen])).toBe(true)
  expect(published(keys)).not.toContain(stolen)
  expect(published(keys)).not.toContain(oldest)
  expect(published(keys)).toContain(signer(keys))
  expect(readFileSync(path, 'utf8')).not.toContain(stolen)
  expect(keys.signing.cookieSecrets).toHaveLength(1)
  expect(keys.signing.cookieSecrets[0]).not.toBe(secret)
  expect(await keys.retire(['nobody'])).toBe(false)
})

test('while a new key waits, it takes the place of the one that is dropped; and all may go at once', async () => {
  const keys = await open()
  await keys.rotate()
  const waiting = keys.list().find(({ alg, state }) => alg === 'ES256' && state.state === 'waiting')
  await keys.retire([signer(keys) ?? ''])
  expect(signer(keys)).toBe(waiting?.kid)
  const before = keys.list().map(({ kid }) => kid)
  await keys.retire(before)
  expect(states(keys).sort()).toEqual(['ES256 signing', 'RS256 signing'])
  for (const { kid } of keys.list()) expect(before).not.toContain(kid)
})

test('a hub that was off for months begins with what is left, before any sweep', async () => {
  const keys = await open()
  const old = published(keys)
  await keys.rotate()
  await clock.advance(hours(24 * 90))
  const later = await open()
  expect(published(later)).toHaveLength(2)
  expect(later.signing.keys.map(({ kid }) => kid).sort()).toEqual(published(later).sort())
  for (const kid of old) expect(published(later)).not.toContain(kid)
})

test('two who rotate at the same moment rotate once', async () => {
  const keys = await open()
  const outcomes = await Promise.all([keys.rotate(), keys.rotate(), keys.rotate()])
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['begun', 'under_way', 'under_way'])
  expect(keys.list()).toHaveLength(4)
  await clock.advance(seconds(1))
})

test('what cannot be written is not believed either', async () => {
  const keys = await open()
  const before = keys.list()
  rmSync(folder, { recursive: true })
  await expect(keys.rotate()).rejects.toThrow(/Cannot write/)
  expect(keys.list()).toEqual(before)
  mkdirSync(folder)
})
