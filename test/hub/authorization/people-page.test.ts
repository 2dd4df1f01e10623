// The page of the household's people, for owners and for those who are not.
import { expect, test } from 'vitest'
import { becomeOwner, createPerson, type Person } from '../../person.ts'
import { letIn, PASSWORD } from './newcomer.ts'
import { startServer } from './server.ts'

async function openHouse() {
  const server = await startServer()
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const names = () => server.authorization.people.list().map(({ name, role }) => `${name}: ${role}`)
  return { server, robin, robinId: server.authorization.people.list()[0]?.id ?? '', names }
}
const linkIn = (text: string) => new URL((/value="(http[^"]+\/invitation#[^"]+)"/.exec(text) ?? [])[1] ?? '')

test('an owner invites, changes a role, and removes', async () => {
  const { server, robin, names } = await openHouse()
  await using _ = server
  const made = await robin.post('/people/invite', { name: '<b>Kim</b>', role: 'guest' })
  expect(made.text).toContain('The invitation for &lt;b&gt;Kim&lt;/b&gt;')
  const key = linkIn(made.text).hash.slice(1)
  expect((await robin.get('/people')).text).not.toContain(key)
  const kim = createPerson(server.url)
  await kim.post('/invitation/accept', { name: 'Kim', password: PASSWORD, key })
  expect(names()).toEqual(['Robin: owner', 'Kim: guest'])
  const id = server.authorization.people.list()[1]?.id ?? ''
  expect((await robin.post('/people/role', { person: id, role: 'member' })).url.pathname).toBe('/people')
  expect(names()).toEqual(['Robin: owner', 'Kim: member'])
  const asked = await robin.get(`/people/remove?person=${id}`)
  expect(asked.text).toContain('Remove Kim?')
  expect(names()).toHaveLength(2)
  await robin.post('/people/remove', { person: id })
  expect(names()).toEqual(['Robin: owner'])
  expect((await kim.get('/account')).url.pathname).toBe('/sign-in')
})

test('an invitation is listed by whom it is for, and withdrawn', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const key = linkIn((await robin.post('/people/invite', { name: '', role: 'member' })).text).hash.slice(1)
  const [, id = ''] = /name="invitation" value="([^"]+)"/.exec((await robin.get('/people')).text) ?? []
  expect((await robin.post('/people/withdraw', { invitation: id })).text).toContain('Nobody at the moment.')
  expect((await createPerson(server.url).post('/invitation', { key })).status).toBe(403)
})

test('an invitation that is refused keeps what was typed', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const { text } = await robin.post('/people/invite', { name: 'Kim\u202e', role: 'member' })
  expect(text).toContain('role="alert"')
  expect(text).toContain('name="name" value="Kim\u202e"')
  expect(text).toMatch(/id="invite-role".*<option value="member" selected/s)
})

const CHANGES: readonly (readonly [string, Record<string, string>])[] = [
  ['/people/invite', { role: 'owner' }],
  ['/people/role', { role: 'owner' }],
  ['/people/remove', {}],
  ['/people/withdraw', {}],
]
const tryAll = async (person: Person, form: Record<string, string>) => {
  const answers = []
  for (const [path, more] of CHANGES) answers.push(await person.post(path, { ...form, ...more }))
  return answers
}

test.for(['guest', 'member'] as const)(
  'a %s sees in words that it is not theirs, and changes nothing',
  async (role) => {
    const { server, robinId, names } = await openHouse()
    await using _ = server
    const kim = await letIn(server, 'Kim', role)
    for (const path of ['/people', `/people/remove?person=${robinId}`]) {
      const answer = await kim.get(path)
      expect([answer.status, answer.text.includes('This is for owners')]).toEqual([403, true])
      expect(answer.text).not.toContain('Robin')
    }
    for (const person of [robinId, kim.id]) {
      const form = { person, invitation: server.authorization.invitations.list()[0]?.id ?? '' }
      expect((await tryAll(kim, form)).map(({ status }) => status)).toEqual([403, 403, 403, 403])
    }
    expect(names()).toEqual(['Robin: owner', `Kim: ${role}`])
  },
)

test('whoever is not signed in is asked to, and an owner who has not confirmed lately to confirm', async () => {
  const { server, robin, robinId, names } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'guest')
  const stranger = createPerson(server.url)
  expect((await stranger.get('/people')).url.pathname).toBe('/sign-in')
  for (const { url } of await tryAll(stranger, { person: kim.id })) expect(url.pathname).toBe('/sign-in')
  server.database.exec('UPDATE sessions SET confirmed_at = confirmed_at - 300000')
  expect((await robin.get('/people')).status).toBe(200)
  for (const { url } of await tryAll(robin, { person: kim.id })) {
    expect(`${url.pathname}${url.search}`).toBe('/confirm?return_to=%2Fpeople%3Fagain%3D1')
  }
  expect(names()).toEqual(['Robin: owner', 'Kim: guest'])
  expect(server.authorization.invitations.list()).toEqual([])
  expect(robinId).not.toBe('')
})

test('the last owner stays, and the page says so', async () => {
  const { server, robin, robinId, names } = await openHouse()
  await using _ = server
  for (const [path, form] of [
    ['/people/remove', {}],
    ['/people/role', { role: 'guest' }],
  ] as const) {
    const answer = await robin.post(path, { person: robinId, ...form })
    expect([answer.status, answer.text.includes('This is the last owner')]).toEqual([409, true])
  }
  expect((await robin.post('/people/role', { person: robinId, role: 'king' })).status).toBe(409)
  expect((await robin.post('/people/invite', { role: 'king' })).status).toBe(409)
  expect(names()).toEqual(['Robin: owner'])
})

test('a guest lets no device in', async () => {
  const { server } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'guest')
  expect((await kim.get('/pair?user_code=BBBB-BBBB')).status).toBe(403)
  expect((await kim.post('/pair', { user_code: 'BBBB-BBBB', answer: 'approved' })).status).toBe(403)
})
