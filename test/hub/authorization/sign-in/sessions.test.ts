// Sessions of the household: a real database, and a clock that turns.
import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { nameBrowser } from '../../../../hub/authorization/pages/browser-name.ts'
import { FRESH_FOR, isFresh, MOST_SESSIONS, SESSION_LENGTH } from '../../../../hub/authorization/sign-in/sessions.ts'
import { openHousehold } from '../household.ts'

const PHONE = { address: '192.168.1.20', browser: 'Firefox on Android' }
const open = async () => {
  const home = await openHousehold()
  return { home, start: () => home.sessions.start({ account: home.robin, from: PHONE }) }
}

test('is listed with where it was begun, and when it was last seen, to ten minutes', async () => {
  const { home, start } = await open()
  using _ = home
  const cookie = start()
  const begun = home.clock.now()
  const seen = () => home.sessions.list(home.robin.id)[0]?.lastSeenAt
  expect(home.sessions.list(home.robin.id)).toEqual([
    { id: home.sessions.find(cookie)?.id, ...PHONE, signedInAt: begun, lastSeenAt: begun },
  ])
  await home.clock.advance(minutes(9))
  home.sessions.find(cookie)
  expect(seen()).toBe(begun)
  await home.clock.advance(minutes(1))
  home.sessions.find(cookie)
  expect(seen()).toBe(begun + minutes(10))
  expect(JSON.stringify(home.database.prepare('SELECT * FROM sessions').all())).not.toContain(cookie)
})

test('who signs in without end is signed in on the last hundred, and what the others had has ended', async () => {
  const { home, start } = await open()
  using _ = home
  const kim = home.sessions.start({ account: await home.join('Kim', 'guest'), from: PHONE })
  const first = start()
  home.sessions.noteGrant(home.sessions.find(first)?.id ?? '', 'g-1')
  const second = start()
  for (let n = 2; n < MOST_SESSIONS; n++) start()
  expect(home.sessions.find(first)).toBeDefined()
  start()
  expect([home.sessions.find(first), home.ended]).toEqual([undefined, ['g-1']])
  expect(home.sessions.find(second)).toBeDefined()
  expect(home.sessions.list(home.robin.id)).toHaveLength(MOST_SESSIONS)
  expect(home.sessions.find(kim)).toBeDefined()
})

test('a confirmation counts five minutes, and makes another cookie of the same session', async () => {
  const { home, start } = await open()
  using _ = home
  const first = start()
  const fresh = (cookie: string) => {
    const session = home.sessions.find(cookie)
    return session && isFresh(session, home.clock.now())
  }
  expect(fresh(first)).toBe(true)
  await home.clock.advance(seconds(299))
  expect(fresh(first)).toBe(true)
  await home.clock.advance(seconds(1))
  expect(fresh(first)).toBe(false)
  const { id } = home.sessions.find(first) ?? {}
  const second = home.sessions.confirm(first) ?? ''
  expect(home.sessions.find(first)).toBeUndefined()
  expect(home.sessions.confirm(first)).toBeUndefined()
  expect(home.sessions.find(second)?.id).toBe(id)
  expect(fresh(second)).toBe(true)
  // A clock that is put back makes nothing last.
  home.clock.jumpWall(minutes(-60))
  expect(fresh(second)).toBe(false)
})

test('whoever came with neither password nor passkey has confirmed when they say, and not now', async () => {
  const { home } = await open()
  using _ = home
  await home.clock.advance(FRESH_FOR)
  const confirmedAt = home.robin && home.clock.now()
  await home.clock.advance(FRESH_FOR)
  const session = home.sessions.find(home.sessions.start({ account: home.robin, from: PHONE, confirmedAt }))
  expect(session?.confirmedAt).toBe(confirmedAt)
  expect(session && isFresh(session, home.clock.now())).toBe(false)
})

test('ends alone, all together, all but one, and by itself after a month', async () => {
  const { home, start } = await open()
  using _ = home
  const kim = await home.join('Kim', 'guest')
  const kims = home.sessions.start({ account: kim, from: PHONE })
  const [one, two, three] = [start(), start(), start()]
  const idOf = (cookie: string) => home.sessions.find(cookie)?.id ?? ''
  const alive = () => [one, two, three, kims].map((cookie) => home.sessions.find(cookie) !== undefined)

  expect(home.sessions.endOne(kim.id, idOf(one))).toBe(false)
  expect(home.sessions.endOne(home.robin.id, idOf(one))).toBe(true)
  expect(alive()).toEqual([false, true, true, true])
  home.sessions.endAll(home.robin.id, { except: idOf(two) })
  expect(alive()).toEqual([false, true, false, true])
  home.sessions.endAll(home.robin.id)
  expect(alive()).toEqual([false, false, false, true])
  await home.clock.advance(SESSION_LENGTH)
  expect(home.sessions.find(kims)).toBeUndefined()
  expect(home.sessions.list(kim.id)).toEqual([])
  expect(home.sessions.confirm(kims)).toBeUndefined()
})

test('what the page was given in it ends with it, and only that', async () => {
  const { home, start } = await open()
  using _ = home
  const [one, two] = [start(), start()]
  const idOf = (cookie: string) => home.sessions.find(cookie)?.id ?? ''
  expect(home.sessions.noteGrant(idOf(one), 'grant-1')).toBe(true)
  expect(home.sessions.noteGrant(idOf(two), 'grant-2')).toBe(true)
  expect(home.sessions.noteGrant('gone', 'grant-3')).toBe(false)
  home.sessions.end(one)
  expect(home.ended).toEqual(['grant-1'])
})

test('a disk that takes no more writes locks nobody out', async () => {
  const { home, start } = await open()
  using _ = home
  const cookie = start()
  await home.clock.advance(minutes(20))
  home.database.exec('PRAGMA query_only=ON')
  expect(home.sessions.find(cookie)?.account).toEqual(home.robin)
})

test.for([
  ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox on Android'],
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari on Mac',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['curl/8.0', 'A browser'],
  [`<script>${'x'.repeat(10_000)}`, 'A browser'],
  [undefined, 'A browser'],
] as const)('%s is %s', ([userAgent, name]) => {
  expect(nameBrowser(userAgent)).toBe(name)
})
