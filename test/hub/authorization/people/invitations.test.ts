// Invitations alone, and then the page of whoever opens one.
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { isDeviceName } from '#contract/ids.ts'
import { minutes } from '#contract/time.ts'
import { nameKey, newAccount } from '../../../../hub/authorization/people/accounts.ts'
import {
  INVITATION_LENGTH,
  type Invitations,
  MOST_INVITATIONS,
} from '../../../../hub/authorization/people/invitations.ts'
import { becomeOwner, createPerson, OWNER } from '../../../person.ts'
import { HASH, openHousehold } from '../household.ts'
import { type Server, startServer } from '../server.ts'

const byPassword = { type: 'password', hash: HASH } as const
function invite(invitations: Invitations, createdBy: string, role: 'owner' | 'member' | 'guest' = 'guest') {
  const inviting = invitations.create({ role, nameHint: 'Kim', createdBy })
  if (inviting.outcome !== 'made') throw new Error(inviting.outcome)
  return inviting
}

test('opens one account, once, with the role that was given', async () => {
  using home = await openHousehold()
  const { text, invitation } = invite(home.invitations, home.robin.id, 'member')
  expect(home.invitations.find(text)).toEqual(invitation)
  expect(invitation).toMatchObject({ role: 'member', nameHint: 'Kim', createdAt: home.clock.now() })
  const joined = home.invitations.redeem(text, { name: 'Kim', firstWay: byPassword })
  expect(joined).toMatchObject({ outcome: 'joined', account: { name: 'Kim', role: 'member' } })
  expect(home.invitations.find(text)).toBeUndefined()
  expect(home.invitations.redeem(text, { name: 'Lou', firstWay: byPassword })).toEqual({ outcome: 'unusable' })
  expect(home.accounts.list().map(({ name, role }) => [name, role])).toEqual([
    ['Robin', 'owner'],
    ['Kim', 'member'],
  ])
})

test('holds 256 random bits, and the database only their hash', async () => {
  using home = await openHousehold()
  const { text } = invite(home.invitations, home.robin.id)
  expect(Buffer.from(text, 'base64url')).toHaveLength(32)
  expect(JSON.stringify(home.database.prepare('SELECT * FROM invitations').all())).not.toContain(text)
  expect(JSON.stringify(home.invitations.list())).not.toContain(text)
})

test('lasts a day and not a moment longer', async () => {
  using home = await openHousehold()
  const { text } = invite(home.invitations, home.robin.id)
  await home.clock.advance(minutes(24 * 60 - 1))
  expect(home.invitations.find(text)).toBeDefined()
  await home.clock.advance(minutes(1))
  expect(home.invitations.find(text)).toBeUndefined()
  expect(home.invitations.list()).toEqual([])
  expect(home.invitations.redeem(text, { name: 'Kim', firstWay: byPassword })).toEqual({ outcome: 'unusable' })
  home.invitations.sweep()
  expect(home.database.prepare('SELECT * FROM invitations').all()).toEqual([])
})

test('is withdrawn once', async () => {
  using home = await openHousehold()
  const { text, invitation } = invite(home.invitations, home.robin.id)
  const other = invite(home.invitations, home.robin.id)
  expect(home.invitations.withdraw(invitation.id)).toEqual(invitation)
  expect(home.invitations.withdraw(invitation.id)).toBeUndefined()
  expect(home.invitations.find(text)).toBeUndefined()
  expect(home.invitations.list()).toEqual([other.invitation])
})

test('a name that is taken, however it is written, costs no invitation', async () => {
  using home = await openHousehold()
  const { text } = invite(home.invitations, home.robin.id)
  const redeem = (name: string) => home.invitations.redeem(text, { name, firstWay: byPassword }).outcome
  expect([redeem('Robin'), redeem('ROBIN'), redeem('Kim'), redeem('Lou')]).toEqual([
    'name_taken',
    'name_taken',
    'joined',
    'unusable',
  ])
})

test.for([
  { what: 'an accent in one character or two', taken: 'Zo\u00e9', alike: ['Zoe\u0301', 'ZO\u00c9', 'zoe\u0301'] },
  { what: 'another blank', taken: 'Kim Lee', alike: ['Kim\u00a0Lee', 'Kim  Lee', 'kim\u2003lee'] },
  { what: 'letters that are not seen', taken: 'Lou', alike: ['Lou\u3164', 'L\u034fou', '\u2800Lou', 'Lou\ufe0f'] },
  {
    what: 'a joiner that parts no letters',
    ...{ taken: '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627', alike: ['\u0639\u0644\u06cc\u0631\u0636\u0627'] },
  },
  { what: 'joiners', taken: 'Robert', alike: ['Ro\u200dbert', 'R\u200co\u200cbert'] },
  { what: 'wide letters', taken: 'Ada', alike: ['\uff21\uff44\uff41'] },
  { what: 'capitals of any alphabet', taken: '\u0416\u0435\u043d\u044f', alike: ['\u0436\u0435\u043d\u044f'] },
])('nobody gets a name that looks like another’s: $what', async ({ taken, alike }) => {
  using home = await openHousehold()
  const join = (name: string) =>
    home.invitations.redeem(invite(home.invitations, home.robin.id).text, { name, firstWay: byPassword }).outcome
  expect(join(taken)).toBe('joined')
  for (const name of alike) {
    expect(join(name), name).toBe('name_taken')
    // And whoever types it so is known, and counted, as the one who has it.
    expect(home.accounts.named(name)?.name).toBe(taken)
    expect(nameKey(name)).toBe(nameKey(taken))
  }
})

test('a name that nobody sees is none', () => {
  for (const name of ['\u3164', '\u115f \u1160', '\u2800', '\u034f', '\ufe0f']) {
    expect(v.is(newAccount.entries.name, name), JSON.stringify(name)).toBe(false)
    expect(isDeviceName(name), JSON.stringify(name)).toBe(false)
  }
  for (const name of ['\u2764\ufe0f', 'Zo\u00e9', '\uae40\ubbfc', '\u0645\u0631\u064a\u0645']) {
    expect(v.is(newAccount.entries.name, name), name).toBe(true)
  }
})

test.for([
  { what: 'a Persian name', name: '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627', may: true },
  { what: 'a Sinhala conjunct', name: '\u0dc1\u0dca\u200d\u0dbb\u0dd3', may: true },
  { what: 'a family', name: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', may: true },
  {
    what: 'somebody with a colour and a heart',
    name: '\u{1f469}\u{1f3fd}\u200d\u2764\ufe0f\u200d\u{1f468}',
    may: true,
  },
  { what: 'a joiner in front', name: '\u200dLou', may: false },
  { what: 'a joiner at the end', name: 'Lou\u200c', may: false },
  { what: 'a joiner beside a blank', name: 'Kim\u200d Lee', may: false },
  { what: 'two joiners', name: 'L\u200d\u200dou', may: false },
  { what: 'a joiner after a digit', name: 'Lou 1\u200d2', may: false },
  { what: 'what turns the text around', name: 'L\u202eou', may: false },
  { what: 'a blank without a width', name: 'L\u200bou', may: false },
])('a name may hold joiners between letters or emoji: $what, $may', ({ name, may }) => {
  expect(v.is(newAccount.entries.name, name)).toBe(may)
})

test('what cannot be kept with the account undoes it: nobody is left without a way to sign in', async () => {
  using home = await openHousehold()
  const { text } = invite(home.invitations, home.robin.id)
  const keep = () => {
    throw new Error('the disk is full')
  }
  expect(() => home.invitations.redeem(text, { name: 'Kim', firstWay: { type: 'kept_elsewhere', keep } })).toThrow(
    'the disk is full',
  )
  expect(home.accounts.list()).toHaveLength(1)
  let kept = ''
  home.invitations.redeem(text, {
    name: 'Kim',
    id: 'known-before',
    firstWay: {
      type: 'kept_elsewhere',
      keep: ({ id }) => {
        kept = id
      },
    },
  })
  expect(kept).toBe('known-before')
  expect(home.accounts.find('known-before')?.name).toBe('Kim')
  expect(home.accounts.hasPassword('known-before')).toBe(false)
})

test.for(['member', 'gone'] as const)('is good for nothing once its maker is %s', async (fate) => {
  using home = await openHousehold()
  const alex = await home.join('Alex', 'owner')
  const { text } = invite(home.invitations, alex.id, 'owner')
  if (fate === 'gone') home.accounts.remove(alex.id)
  else home.accounts.setRole(alex.id, fate)
  expect(home.invitations.find(text)).toBeUndefined()
  expect(home.invitations.list()).toEqual([])
  expect(home.invitations.redeem(text, { name: 'Kim', firstWay: byPassword })).toEqual({ outcome: 'unusable' })
})

test('there is an end to how many are open at once', async () => {
  using home = await openHousehold()
  for (let n = 0; n < MOST_INVITATIONS; n++) invite(home.invitations, home.robin.id)
  const more = () => home.invitations.create({ role: 'guest', createdBy: home.robin.id }).outcome
  expect(more()).toBe('too_many')
  await home.clock.advance(INVITATION_LENGTH)
  expect(more()).toBe('made')
})

/** An invitation of the owner, by the room itself. */
async function invited(server: Server): Promise<string> {
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  return invite(server.authorization.invitations, server.authorization.people.list()[0]?.id ?? '').text
}
const KIM = { name: 'Kim', password: 'a long enough one' }

test('the page says what the newcomer will be, makes the account, and signs them in', async () => {
  await using server = await startServer()
  const key = await invited(server)
  const kim = createPerson(server.url)
  expect((await kim.get('/invitation')).text).toContain('/invitation.js')
  const opened = await kim.post('/invitation', { key })
  expect(opened.status).toBe(200)
  expect(opened.text).toContain('Guest')
  expect(opened.text).toContain('value="Kim"')
  expect(opened.url.href).not.toContain(key)
  expect((await kim.post('/invitation/accept', { ...KIM, key })).url.pathname).toBe('/')
  expect((await kim.get('/account')).url.pathname).toBe('/account')
  const again = await createPerson(server.url).post('/invitation/accept', { ...KIM, name: 'Lou', key })
  expect(again.status).toBe(403)
  expect(again.text).toContain('opens nothing')
})

test('eight that use it at the same moment make one account', async () => {
  await using server = await startServer()
  const key = await invited(server)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      createPerson(server.url).post('/invitation/accept', { ...KIM, name: `Kim ${n}`, key }),
    ),
  )
  expect(answers.filter(({ url }) => url.pathname === '/')).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(7)
  expect(server.authorization.people.list()).toHaveLength(2)
})

test('a wrong name or password is told in words, and the invitation is still good', async () => {
  await using server = await startServer()
  const key = await invited(server)
  const kim = createPerson(server.url)
  const short = await kim.post('/invitation/accept', { ...KIM, password: 'short', key })
  expect([short.status, short.text.includes('at least 10 characters')]).toEqual([400, true])
  const taken = await kim.post('/invitation/accept', { ...KIM, name: OWNER.name, key })
  expect([taken.status, taken.text.includes('has this name')]).toEqual([409, true])
  expect((await kim.post('/invitation/accept', { ...KIM, key })).url.pathname).toBe('/')
})

test('nobody finds out all the names with one invitation', async () => {
  await using server = await startServer()
  const key = await invited(server)
  const kim = createPerson(server.url)
  const statuses: number[] = []
  for (let n = 0; n < 11; n++) {
    statuses.push((await kim.post('/invitation/accept', { ...KIM, name: OWNER.name, key })).status)
  }
  expect(statuses).toEqual([...Array(10).fill(409), 429])
})

test('guesses run out', async () => {
  await using server = await startServer()
  const key = await invited(server)
  const stranger = createPerson(server.url)
  const statuses: number[] = []
  for (let n = 0; n < 11; n++) statuses.push((await stranger.post('/invitation', { key: `guess ${n}` })).status)
  expect(statuses).toEqual([...Array(10).fill(403), 429])
  expect((await stranger.post('/invitation', { key })).status).toBe(429)
})
