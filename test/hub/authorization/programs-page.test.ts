// The page where an owner gives programs their keys, and takes them back.
import { expect, test } from 'vitest'
import { becomeOwner, createPerson, OWNER } from '../../person.ts'
import { CALLBACK } from './flows/apps.ts'
import { startServer } from './server.ts'

const shown = (text: string): string => /<input id="text" value="([^"]+)"/.exec(text)?.[1] ?? ''

test('an app password is made for a program, shown once, listed without its text, and taken back', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const made = await owner.post('/programs/password', { name: 'Kitchen display', scope: 'home:read' })
  const password = shown(made.text)
  expect(server.authorization.appPasswords.find(password)).toMatchObject({ scopes: ['home:read'] })
  const page = await owner.get('/programs')
  expect(page.text).toContain('Kitchen display')
  expect(page.text).not.toContain(password)
  const [, id = ''] = /name="id" value="(app-[^"]+)"/.exec(page.text) ?? []
  await owner.post('/programs/password/revoke', { id })
  expect(server.authorization.appPasswords.find(password)).toBeUndefined()
  expect((await owner.get('/programs')).text).not.toContain('Kitchen display')
  expect(server.ended).toContain(id)
  const [revoked, created] = server.authorization.audit.list().filter(({ clientId }) => clientId === id)
  expect(revoked).toMatchObject({ event: 'app_password_revoked', detail: 'Kitchen display' })
  expect(created).toMatchObject({ event: 'app_password_created', detail: 'Kitchen display: home:read' })
})

test('without a name or anything that it may do there is none, and the page says why', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const nothing = await owner.post('/programs/password', { name: 'Kitchen display' })
  expect(nothing).toMatchObject({ status: 400, text: expect.stringContaining('at least one scope') })
  const nameless = await owner.post('/programs/password', { name: ' ', scope: 'home:read' })
  expect(nameless).toMatchObject({ status: 400, text: expect.stringContaining('Please choose a name') })
  const device = await owner.post('/programs/password', { name: 'Fake', scope: 'device' })
  expect(device.status).toBe(400)
  expect(server.authorization.appPasswords.list()).toEqual([])
})

test('what was typed into the form that is refused stays in it, and the other is as it was', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const { text } = await owner.post('/programs/register', { name: '"Kitchen" \u202e', scope: 'toaster:control' })
  expect(text).toContain('<input id="register-name" name="name" value="&quot;Kitchen&quot; \u202e"')
  expect(text).toContain('<input id="password-name" name="name" value=""')
  const ticked = [...text.matchAll(/id="([a-z:-]+)" name="scope" value="[^"]+" checked/g)].map(([, id]) => id)
  expect(ticked).toEqual(['password-home:read', 'register-toaster:control'])
})

test('a token of the page registers one program, which is then listed and can be put out', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const token = shown((await owner.post('/programs/register', { name: 'Dashboard', scope: 'home:read' })).text)
  expect((await owner.get('/programs')).text).toContain('Not registered yet')
  const register = () =>
    fetch(new URL('/oauth/register', server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ client_name: 'Dashboard', redirect_uris: [CALLBACK] }),
    })
  const { client_id: id } = (await (await register()).json()) as { client_id: string }
  expect((await register()).status).toBe(401)
  const page = await owner.get('/programs')
  expect(page.text).toContain(id)
  expect(page.text).toContain('127.0.0.1:4711')
  expect(page.text).toContain('Registered less than a minute ago.')
  await owner.post('/programs/remove', { id })
  expect((await owner.get('/programs')).text).not.toContain(id)
})

test('a token that is withdrawn registers nothing, and the audit tells of it once', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const token = shown((await owner.post('/programs/register', { name: 'Dashboard', scope: 'home:read' })).text)
  const [, id = ''] = /name="id" value="(registration-[^"]+)"/.exec((await owner.get('/programs')).text) ?? []
  for (let n = 0; n < 2; n++) await owner.post('/programs/withdraw', { id })
  expect(server.authorization.registrationTokens.take(token)).toBeUndefined()
  const told = server.authorization.audit.list().filter(({ event }) => event === 'registration_withdrawn')
  expect(told).toMatchObject([{ accountName: 'Robin', detail: 'Dashboard', address: '127.0.0.1', count: 1 }])
})

test('the page is for owners', async () => {
  await using server = await startServer()
  await becomeOwner(server.url, server.authorization.ownerKey.text)
  const stranger = createPerson(server.url)
  expect((await stranger.get('/programs')).url.pathname).toBe('/sign-in')
  expect((await stranger.post('/programs/password', { name: 'x', scope: 'home:read' })).url.pathname).toBe('/sign-in')
  server.database.exec("UPDATE accounts SET role='member'")
  await stranger.post('/sign-in', OWNER)
  expect((await stranger.get('/programs')).status).toBe(403)
  expect((await stranger.post('/programs/register', { name: 'x', scope: 'home:read' })).status).toBe(403)
  expect(server.authorization.registrationTokens.list()).toEqual([])
})

test('an owner whose confirmation is old is asked for it before a key is made', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  server.database.exec('UPDATE sessions SET confirmed_at = confirmed_at - 400000')
  const asked = await owner.post('/programs/password', { name: 'Kitchen display', scope: 'home:read' })
  expect(asked.url.pathname).toBe('/confirm')
  expect(server.authorization.appPasswords.list()).toEqual([])
})

test.for([
  { form: '/programs/password', back: '/programs' },
  { form: '/people/invite', back: '/people' },
  { form: '/account/password', back: '/account/password' },
  { form: '/account/passkey/remove', back: '/account' },
])(
  'a form of $form that met an old confirmation is to be sent once more, and the page says so',
  async ({ form, back }) => {
    await using server = await startServer()
    const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
    const notice = 'Nothing was done yet: please do once more what you wanted.'
    server.database.exec('UPDATE sessions SET confirmed_at = confirmed_at - 400000')
    const asked = await owner.post(form, { name: 'Kitchen display', scope: 'home:read', password: 'a new password' })
    const to = asked.url.searchParams.get('return_to') ?? ''
    const answer = await owner.post('/confirm', { password: OWNER.password, return_to: to })
    expect([answer.url.pathname, answer.text.includes(notice)]).toEqual([back, true])
    expect(answer.text).not.toMatch(/Kitchen display|a new password/)
    // Whoever only went there finds the page, and nothing to do once more.
    expect((await owner.get(back)).text).not.toContain(notice)
  },
)
