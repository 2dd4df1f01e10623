// What ends when somebody goes, or may do less.
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import type { Scope } from '#contract/scopes.ts'
import { becomeOwner, createPerson } from '../../../person.ts'
import { HOME_SCOPES, signIn } from '../../../sign-in.ts'
import { createBareDevice } from '../device-client.ts'
import { HASH, openHousehold } from '../household.ts'
import { letIn, PASSWORD } from '../newcomer.ts'
import { type Server, startServer } from '../server.ts'

async function openHouse() {
  const server = await startServer()
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  return { server, robin, robinId: server.authorization.people.list()[0]?.id ?? '' }
}
const grantIn = (token: string) => String(decodeJwt(token).grant_id)
const isAlive = ({ isGrantAlive }: Server, token: string) => isGrantAlive(grantIn(token))

function appPasswordOf({ authorization }: Server, accountId: string, scopes: readonly Scope[]) {
  const createdBy = { accountId, scopes }
  const making = authorization.appPasswords.create({ name: 'Node-RED', scopes: [...scopes], createdBy })
  if (making.outcome !== 'made') throw new Error(making.outcome)
  authorization.appPasswords.find(making.text)
  return { id: making.appPassword.id, text: making.text }
}

test('whoever is removed is out: session, grants, tokens, app passwords, name and password', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'member')
  const token = await signIn(server.url, kim)
  const robins = await signIn(server.url, robin)
  const program = appPasswordOf(server, kim.id, ['home:read'])

  expect(server.authorization.people.remove(kim.id)).toBe('done')
  expect(server.ended).toEqual(expect.arrayContaining([grantIn(token), program.id]))
  expect(isAlive(server, token)).toBe(false)
  expect(server.authorization.appPasswords.find(program.text)).toBeUndefined()
  expect((await kim.get('/pair')).url.pathname).toBe('/sign-in')
  expect((await createPerson(server.url).post('/sign-in', { name: 'Kim', password: PASSWORD })).status).toBe(401)
  expect(JSON.stringify(server.database.prepare('SELECT payload FROM oidc').all())).not.toContain(kim.id)
  expect(isAlive(server, robins)).toBe(true)
  expect((await robin.get('/pair')).url.pathname).toBe('/pair')
  expect(server.authorization.people.remove(kim.id)).toBe('unknown')
})

test('the device that somebody let in stays when they go, and can still refresh', async () => {
  const { server, robinId } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'member')
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  await kim.post('/pair', { user_code: userCode, answer: 'approved' })
  const waiting = await createBareDevice(server.url)
  const approved = await waiting.askForCode()
  await kim.post('/pair', { user_code: approved.userCode, answer: 'approved' })
  const { body: tokens } = await device.redeem(deviceCode)

  server.authorization.people.remove(kim.id)
  expect(isAlive(server, String(tokens.access_token))).toBe(true)
  const refreshed = await device.post('/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: String(tokens.refresh_token),
    client_id: device.id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await device.assertion(),
  })
  expect(refreshed.status).toBe(200)
  expect(decodeJwt(String(refreshed.body.access_token)).sub).toBe(robinId)
  // Approved before, fetched afterwards.
  expect((await waiting.redeem(approved.deviceCode)).status).toBe(200)
})

test('a lower role ends what it does not allow, and the next sign-in has what it allows', async () => {
  const { server } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'member')
  const token = await signIn(server.url, kim)
  expect(String(decodeJwt(token).scope)).toContain('security:disarm')
  const program = appPasswordOf(server, kim.id, ['home:read', 'security:disarm'])
  const reader = appPasswordOf(server, kim.id, ['home:read'])

  expect(server.authorization.people.changeRole(kim.id, 'guest')).toBe('done')
  expect(isAlive(server, token)).toBe(false)
  expect(server.ended).toEqual(expect.arrayContaining([grantIn(token), program.id]))
  expect(server.ended).not.toContain(reader.id)
  expect(server.authorization.appPasswords.find(program.text)?.scopes).toEqual(['home:read'])
  expect(decodeJwt(await signIn(server.url, kim))).toMatchObject({
    role: 'guest',
    scope: 'home:read climate:control toaster:control',
  })
})

test('a higher role is on the page when it next asks', async () => {
  const { server } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'guest')
  await signIn(server.url, kim)
  expect(server.authorization.people.changeRole(kim.id, 'owner')).toBe('done')
  const { scope, role } = decodeJwt(await signIn(server.url, kim, HOME_SCOPES))
  expect([role, String(scope).includes('home:admin')]).toEqual(['owner', true])
})

test('the same role again ends nothing', async () => {
  const { server } = await openHouse()
  await using _ = server
  const kim = await letIn(server, 'Kim', 'member')
  const token = await signIn(server.url, kim)
  expect(server.authorization.people.changeRole(kim.id, 'member')).toBe('done')
  expect(isAlive(server, token)).toBe(true)
  expect(server.ended).toEqual([])
})

test('the last owner neither goes nor becomes less, and one of two may', async () => {
  const { server, robinId } = await openHouse()
  await using _ = server
  const { people } = server.authorization
  const kim = await letIn(server, 'Kim', 'member')
  expect([people.remove(robinId), people.changeRole(robinId, 'guest')]).toEqual(['last_owner', 'last_owner'])
  expect(people.changeRole(robinId, 'owner')).toBe('done')
  expect(people.changeRole('nobody', 'owner')).toBe('unknown')
  people.changeRole(kim.id, 'owner')
  expect(people.remove(robinId)).toBe('done')
  expect([people.remove(kim.id), people.changeRole(kim.id, 'member')]).toEqual(['last_owner', 'last_owner'])
  expect(people.list().map(({ name, role }) => [name, role])).toEqual([['Kim', 'owner']])
})

test('an account without a password is nobody to whoever types one', async () => {
  using home = await openHousehold()
  home.accounts.create({ id: 'kim', name: 'Kim', role: 'guest', passwordHash: undefined })
  for (const typed of ['', 'null', HASH]) {
    expect(await home.accounts.check('Kim', typed)).toBeUndefined()
    expect(await home.accounts.checkById('kim', typed)).toBeUndefined()
  }
  expect([home.accounts.hasPassword('kim'), home.accounts.hasPassword(home.robin.id)]).toEqual([false, true])
})

test('a name is the same however its letters are typed, also beyond ASCII', async () => {
  await using server = await startServer()
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  await letIn(server, 'Émile', 'member')
  for (const name of ['Émile', 'émile', ' ÉMILE ', 'E\u0301mile']) {
    const person = createPerson(server.url)
    expect((await person.post('/sign-in', { name, password: PASSWORD })).url.pathname, name).not.toBe('/sign-in')
  }
  const { accounts } = server.authorization
  const wanted = { id: 'another', role: 'guest', passwordHash: HASH } as const
  expect(accounts.create({ ...wanted, name: 'e\u0301mile' })).toBeUndefined()
  expect(accounts.create({ ...wanted, name: 'Emile' })).toMatchObject({ name: 'Emile' })
})
