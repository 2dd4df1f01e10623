// Passkeys over the real pages, with an authenticator in software that can also lie.
import { expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { createPasskeys, MOST_PASSKEYS } from '../../../../hub/authorization/sign-in/passkeys.ts'
import { type Authenticator, createAuthenticator, type Lies } from '../../../authenticator.ts'
import { becomeOwner, createPerson, OWNER, type Person } from '../../../person.ts'
import { openHousehold } from '../household.ts'
import { letIn, PASSWORD } from '../newcomer.ts'
import { startServer } from '../server.ts'

const ORIGIN = 'http://localhost'
type Options = Parameters<Authenticator['create']>[0] & { readonly rpId: string; readonly allowCredentials?: object[] }

const askFor = async (person: Person, purpose: string, fields: Record<string, string> = {}) => {
  const answer = await person.post('/passkey/options', { purpose, ...fields })
  return { status: answer.status, ...(JSON.parse(answer.text) as { type: string; problem?: string; options: Options }) }
}
async function addPasskey(person: Person, authenticator: Authenticator, lies: Lies = {}, name = 'My phone') {
  const { options } = await askFor(person, 'add')
  return person.post('/account/passkey', { name, credential: authenticator.create(options, lies) })
}
async function signInWith(person: Person, authenticator: Authenticator, lies: Lies = {}, to = '/account') {
  const { options } = await askFor(person, 'sign_in')
  const credential = authenticator.get(options, lies)
  return { credential, answer: await person.post('/sign-in/passkey', { credential, return_to: to }) }
}
async function openHouse() {
  const server = await startServer()
  const robin = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const phone = createAuthenticator(server.url.origin)
  return { server, robin, phone, robinId: server.authorization.people.list()[0]?.id ?? '' }
}

test('is added, listed, signs in without a name being typed, and is removed', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  expect((await robin.get('/account/passkey')).text).toContain('data-passkey="add"')
  expect((await addPasskey(robin, phone)).url.pathname).toBe('/account')
  const listed = (await robin.get('/account')).text
  expect([listed.includes('My phone'), listed.includes('not used yet')]).toEqual([true, true])

  const browser = createPerson(server.url)
  const { answer } = await signInWith(browser, phone)
  expect([answer.status, answer.url.pathname]).toEqual([200, '/account'])
  expect(answer.text).toContain('last used less than a minute ago')
  await robin.post('/account/passkey/remove', { passkey: phone.id })
  expect((await robin.get('/account')).text).not.toContain('My phone')
  expect((await signInWith(createPerson(server.url), phone)).answer.status).toBe(401)
})

test('the options ask for a key that knows its person and proves them, here and nowhere else', async () => {
  const { server, robin } = await openHouse()
  await using _ = server
  const { options } = await askFor(robin, 'add')
  expect(options).toMatchObject({
    rp: { id: 'localhost' },
    user: { name: 'Robin' },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
  })
  expect(await askFor(createPerson(server.url), 'sign_in')).toMatchObject({
    options: { rpId: 'localhost', userVerification: 'required', allowCredentials: [] },
  })
})

test.for<readonly [string, Lies]>([
  ['for another site', { origin: 'https://evil.example' }],
  ['for another port', { origin: 'http://localhost:1' }],
  ['for another name', { rpId: 'evil.example' }],
  ['to another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ['without finger or PIN', { verified: false }],
  ['of the other ceremony', { type: 'payment.get' }],
  ['for another account', { userHandle: Buffer.from('somebody').toString('base64url') }],
  ['with a count that does not grow', { counter: 1 }],
])('an answer %s opens nothing', async ([, lies]) => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const { answer } = await signInWith(createPerson(server.url), phone, lies)
  expect([answer.status, answer.url.pathname]).toEqual([401, '/sign-in/passkey'])
  // What is wrong nobody is told, and the key itself is still good.
  expect(answer.text).toContain('This passkey opens nothing here.')
  expect((await signInWith(createPerson(server.url), phone)).answer.url.pathname).toBe('/account')
})

test.for<readonly [string, Lies]>([
  ['for another site', { origin: 'https://evil.example' }],
  ['for another name', { rpId: 'evil.example' }],
  ['to another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ['without finger or PIN', { verified: false }],
])('a new one %s is not kept', async ([, lies]) => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  expect((await addPasskey(robin, phone, lies)).status).toBe(401)
  expect((await robin.get('/account')).text).not.toContain('My phone')
})

test('an answer is good once, in the browser that asked, and for what it asked', async () => {
  const { server, robin, phone, robinId } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const browser = createPerson(server.url)
  const { credential, answer } = await signInWith(browser, phone)
  expect(answer.url.pathname).toBe('/account')
  expect((await browser.post('/sign-in/passkey', { credential })).status).toBe(401)

  const { options } = await askFor(createPerson(server.url), 'sign_in')
  const stolen = phone.get(options)
  const thief = createPerson(server.url)
  expect((await thief.post('/sign-in/passkey', { credential: stolen })).status).toBe(401)
  await askFor(thief, 'sign_in')
  expect((await thief.post('/sign-in/passkey', { credential: stolen })).status).toBe(401)

  const confirm = await askFor(robin, 'confirm')
  const other = phone.get(confirm.options)
  expect((await robin.post('/sign-in/passkey', { credential: other })).status).toBe(401)
  expect(JSON.stringify(server.database.prepare('SELECT * FROM passkey_challenges').all())).not.toContain(robinId)
})

test('a copy of the key is noticed by whoever comes second', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const copy = phone.copy()
  expect((await signInWith(createPerson(server.url), phone)).answer.url.pathname).toBe('/account')
  expect((await signInWith(createPerson(server.url), copy)).answer.status).toBe(401)
})

test('keys that do not count at all sign in again and again', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone, { counter: 0 })
  for (let n = 0; n < 2; n++) {
    const { answer } = await signInWith(createPerson(server.url), phone, { counter: 0 })
    expect(answer.url.pathname).toBe('/account')
  }
})

test('confirms, and only that account', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const kim = await letIn(server, 'Kim', 'guest')
  const kims = createAuthenticator(server.url.origin)
  await addPasskey(kim, kims)
  server.database.exec('UPDATE sessions SET confirmed_at = confirmed_at - 300000')
  const confirm = async (with_: Authenticator) => {
    const { options } = await askFor(robin, 'confirm')
    expect(options.allowCredentials).toEqual([{ id: phone.id, type: 'public-key', transports: ['internal'] }])
    return robin.post('/confirm/passkey', { credential: with_.get(options), return_to: '/account/passkey' })
  }
  expect((await robin.get('/account/passkey')).text).toContain('data-passkey="confirm"')
  expect((await confirm(kims)).status).toBe(401)
  expect((await robin.get('/account/passkey')).url.pathname).toBe('/confirm')
  expect((await confirm(phone)).url.pathname).toBe('/account/passkey')
})

test('is added by who has confirmed lately only, and removed likewise', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const second = createAuthenticator(server.url.origin)
  const { options } = await askFor(robin, 'add')
  server.database.exec('UPDATE sessions SET confirmed_at = confirmed_at - 300000')
  expect((await askFor(robin, 'add')).status).toBe(403)
  const late = await robin.post('/account/passkey', { name: 'x', credential: second.create(options) })
  expect(late.url.pathname).toBe('/confirm')
  expect((await robin.post('/account/passkey/remove', { passkey: phone.id })).url.pathname).toBe('/confirm')
  expect(server.database.prepare('SELECT id FROM passkeys').all()).toEqual([{ id: phone.id }])
  expect((await askFor(createPerson(server.url), 'add')).status).toBe(403)
  expect((await askFor(createPerson(server.url), 'confirm')).status).toBe(403)
})

test('somebody invited makes an account of a passkey, and its last way in stays', async () => {
  const { server, robinId } = await openHouse()
  await using _ = server
  const inviting = server.authorization.invitations.create({ role: 'member', createdBy: robinId })
  const key = inviting.outcome === 'made' ? inviting.text : ''
  const kim = createPerson(server.url)
  const phone = createAuthenticator(server.url.origin)
  expect((await kim.post('/invitation', { key })).text).toContain('data-passkey="join"')
  expect((await askFor(kim, 'join', { key: 'a guess', name: 'Kim' })).status).toBe(403)
  expect((await askFor(kim, 'join', { key, name: '' })).status).toBe(400)
  const { options } = await askFor(kim, 'join', { key, name: 'Kim' })
  const credential = phone.create(options)
  expect((await createPerson(server.url).post('/invitation/accept', { key, name: 'Kim', credential })).status).toBe(401)
  const joined = await kim.post('/invitation/accept', { key, name: 'Kim', credential })
  expect(joined.url.pathname).toBe('/')
  expect(server.authorization.people.list()).toMatchObject([{ name: 'Robin' }, { name: 'Kim', hasPassword: false }])

  const refused = await kim.post('/account/passkey/remove', { passkey: phone.id })
  expect([refused.status, refused.text.includes('only way to sign in')]).toEqual([409, true])
  const spare = createAuthenticator(server.url.origin)
  await addPasskey(kim, spare, {}, 'Spare')
  expect((await kim.post('/account/passkey/remove', { passkey: phone.id })).url.pathname).toBe('/account')
  expect((await kim.post('/account/passkey/remove', { passkey: spare.id })).status).toBe(409)
  expect((await signInWith(createPerson(server.url), spare)).answer.url.pathname).toBe('/account')
  expect((await createPerson(server.url).post('/sign-in', { name: 'Kim', password: PASSWORD })).status).toBe(401)
})

test('nobody removes the passkey of another, nor has one that another has', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const kim = await letIn(server, 'Kim', 'guest')
  await kim.post('/account/passkey/remove', { passkey: phone.id })
  expect((await addPasskey(kim, phone.copy())).status).toBe(409)
  expect((await signInWith(createPerson(server.url), phone)).answer.text).toContain('Robin')
})

test('what is no answer at all is refused as calmly as a wrong one, and tries run out', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const stranger = createPerson(server.url)
  const { options } = await askFor(stranger, 'sign_in')
  const right = JSON.parse(phone.get(options)) as { response: object }
  const statuses: number[] = []
  for (const wrong of [
    ...['', '{', '[]', 'null', '"x"', '{}', JSON.stringify({ ...right, id: 7 })],
    JSON.stringify({ ...right, response: { ...right.response, signature: '' } }),
    JSON.stringify({ ...right, response: { ...right.response, clientDataJSON: 'A'.repeat(12_000) } }),
    JSON.stringify({ ...right, type: 'password' }),
  ]) {
    statuses.push((await stranger.post('/sign-in/passkey', { credential: wrong })).status)
  }
  expect(statuses).toEqual(Array(10).fill(401))
  expect((await stranger.post('/sign-in/passkey', { credential: '' })).status).toBe(429)
  expect((await robin.get('/account')).url.pathname).toBe('/account')
})

test('a challenge lasts five minutes, and there is an end to how many are kept', async () => {
  using home = await openHousehold()
  const passkeys = createPasskeys({ database: home.database, issuer: new URL(ORIGIN), clock: home.clock })
  const phone = createAuthenticator(ORIGIN)
  const purpose = { type: 'add', accountId: home.robin.id } as const
  const make = async (wait: number, authenticator = phone) => {
    const options = await passkeys.askForNew({ ...purpose, name: 'Robin' }, 'browser')
    await home.clock.advance(minutes(wait))
    const credential = authenticator.create(options as unknown as Options)
    return passkeys.checkNew({ browser: 'browser', purpose, credential })
  }
  expect(await make(5)).toBeUndefined()
  const made = await make(4.9)
  expect(made?.id).toBe(phone.id)
  const sign = { type: 'sign_in', accountId: undefined } as const
  for (let n = 0; n < 1010; n++) await passkeys.askFor(sign, `browser ${n}`)
  const count = () => home.database.prepare('SELECT count(*) AS n FROM passkey_challenges').get()?.n
  expect(count()).toBe(1000)
  await home.clock.advance(minutes(5))
  passkeys.sweep()
  expect(count()).toBe(0)
  for (let n = 0; n < MOST_PASSKEYS; n++) {
    const more = await make(0, createAuthenticator(ORIGIN))
    expect(more && passkeys.keep(home.robin.id, more, `${n}`)).toBe(true)
  }
  expect(made && passkeys.keep(home.robin.id, made, 'one more')).toBe(false)
})

test('a challenge that was given for one thing is good for no other, of the same account neither', async () => {
  using home = await openHousehold()
  const passkeys = createPasskeys({ database: home.database, issuer: new URL(ORIGIN), clock: home.clock })
  const phone = createAuthenticator(ORIGIN)
  const answerAs = async (type: 'add' | 'join') => {
    const accountId = home.robin.id
    const options = await passkeys.askForNew({ type: 'add', accountId, name: 'Robin' }, 'browser')
    const credential = phone.create(options as unknown as Options)
    return passkeys.checkNew({ browser: 'browser', purpose: { type, accountId }, credential })
  }
  expect(await answerAs('join')).toBeUndefined()
  expect((await answerAs('add'))?.id).toBe(phone.id)
})

test.for([
  ['http://localhost:8080', true],
  ['https://hub.local:8443', true],
  ['https://192.168.1.2:8443', false],
  ['https://[fd00::1]:8443', false],
] as const)('%s offers passkeys: %s', async ([url, offered]) => {
  using home = await openHousehold()
  const { areOffered } = createPasskeys({ database: home.database, issuer: new URL(url), clock: home.clock })
  expect(areOffered).toBe(offered)
})

test('the name of whoever signs in is not asked for, so there is nothing to find out', async () => {
  const { server, robin, phone } = await openHouse()
  await using _ = server
  await addPasskey(robin, phone)
  const answers = await Promise.all(
    [{}, { name: OWNER.name }, { name: 'Nobody' }].map((fields) => askFor(createPerson(server.url), 'sign_in', fields)),
  )
  const told = answers.map(({ options: { challenge: _, ...rest } }) => JSON.stringify(rest))
  expect(new Set(told).size).toBe(1)
  // Neither does a key that nobody has tell itself apart from one that lies.
  const unknown = await signInWith(createPerson(server.url), createAuthenticator(server.url.origin))
  const lying = await signInWith(createPerson(server.url), phone, { verified: false })
  expect([unknown.answer.status, unknown.answer.text]).toEqual([lying.answer.status, lying.answer.text])
})
