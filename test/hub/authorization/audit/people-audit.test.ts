// What people do with their accounts, and with each other's, as the owner reads it afterwards.
import { expect, test } from 'vitest'
import { createAuthenticator } from '../../../authenticator.ts'
import { becomeOwner, createPerson, OWNER, type Person } from '../../../person.ts'
import { startServer } from '../server.ts'

const PASSWORD = 'a long enough one'
const keyIn = (page: string) => /\/invitation#([\w-]+)/.exec(page)?.[1] ?? ''
const fieldIn = (page: string, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''

test('every change of an account is told once, by whom, from where, and of what it made what', async () => {
  await using server = await startServer()
  const { audit, accounts } = server.authorization
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const kim = createPerson(server.url)
  const phone = createAuthenticator(server.url.origin)
  const idOf = (name: string) => accounts.named(name)?.id ?? ''
  const elsewhere = async (): Promise<Person> => {
    const person = createPerson(server.url)
    await person.post('/sign-in', { name: 'Kim', password: PASSWORD })
    return person
  }

  const story: readonly (readonly [what: string, act: () => Promise<unknown>, told: readonly string[]])[] = [
    [
      'invites',
      async () => {
        const made = await robin.post('/people/invite', { role: 'guest', name: 'Kim' })
        await kim.post('/invitation/accept', { name: 'Kim', password: PASSWORD, key: keyIn(made.text) })
      },
      ['Robin invitation_created guest, for Kim', 'Kim account_created guest', 'Kim signed_in invitation'],
    ],
    [
      'takes one back',
      async () => {
        await robin.post('/people/invite', { role: 'member', name: '' })
        await robin.post('/people/withdraw', { invitation: fieldIn((await robin.get('/people')).text, 'invitation') })
        await robin.post('/people/withdraw', { invitation: 'no such' })
      },
      ['Robin invitation_created member', 'Robin invitation_withdrawn member'],
    ],
    [
      'changes a role, and changes nothing',
      async () => {
        await robin.post('/people/role', { person: idOf('Kim'), role: 'member' })
        await robin.post('/people/role', { person: idOf('Kim'), role: 'member' })
        await robin.post('/people/role', { person: idOf('Robin'), role: 'guest' })
      },
      ['Robin account_changed Kim: guest → member'],
    ],
    [
      'confirms wrongly',
      async () => {
        await kim.post('/confirm', { password: 'not mine at all' })
        await kim.post('/confirm/passkey', { credential: '{}' })
      },
      // What fails is counted by address: these are the same.
      ['2× Kim sign_in_failed confirmation'],
    ],
    [
      'adds a passkey and removes it',
      async () => {
        const asked = await kim.post('/passkey/options', { purpose: 'add' })
        const credential = phone.create(JSON.parse(asked.text).options)
        await kim.post('/account/passkey', { name: 'My phone', credential })
        await kim.post('/account/passkey/remove', { passkey: fieldIn((await kim.get('/account')).text, 'passkey') })
      },
      ['Kim passkey_added My phone', 'Kim passkey_removed My phone'],
    ],
    [
      'ends a session, and all',
      async () => {
        await elsewhere()
        await kim.post('/account/sessions/end', { session: fieldIn((await kim.get('/account')).text, 'session') })
        await kim.post('/account/sessions/end', { session: 'no such' })
        await kim.post('/account/sign-out-everywhere', {})
      },
      ['Kim signed_in password', 'Kim signed_out elsewhere: A browser', 'Kim signed_out everywhere'],
    ],
    [
      'sets a password',
      async () => {
        const person = await elsewhere()
        await person.post('/account/password', { password: 'short' })
        await person.post('/account/password', { password: 'another long one' })
      },
      // Signing in once more within a minute is the same row.
      ['Kim password_changed'],
    ],
    [
      'is removed',
      async () => {
        await robin.post('/people/remove', { person: idOf('Kim') })
        await robin.post('/people/remove', { person: idOf('Robin') })
      },
      ['Robin account_removed Kim: member'],
    ],
  ]
  const last = () => audit.list({ limit: 1 })[0]?.id ?? 0
  for (const [what, act, told] of story) {
    const before = last()
    server.authorization.audit.flush()
    await act()
    const rows = audit.list({ limit: 500 }).filter(({ id }) => id > before)
    const lines = rows.map(({ accountName = 'nobody', event, detail = '', count }) =>
      `${count > 1 ? `${count}× ` : ''}${accountName} ${event} ${detail}`.trim(),
    )
    expect(lines.reverse(), what).toEqual(told)
    for (const { address } of rows) expect(address, what).toBe('127.0.0.1')
  }
  const everything = JSON.stringify(server.database.prepare('SELECT * FROM audit').all())
  for (const secret of [PASSWORD, OWNER.password, 'another long one', 'not mine at all']) {
    expect(everything).not.toContain(secret)
  }
})

test('who guesses an invitation is told, and what they guessed is not', async () => {
  await using server = await startServer()
  await createPerson(server.url).post('/invitation', { key: 'a guess' })
  await createPerson(server.url).post('/invitation/accept', { key: 'a guess', name: 'Kim', password: PASSWORD })
  const rows = server.authorization.audit.list()
  expect(rows).toMatchObject([{ event: 'sign_in_failed', detail: 'invitation', address: '127.0.0.1', count: 2 }])
  expect(JSON.stringify(rows)).not.toContain('guess')
})
