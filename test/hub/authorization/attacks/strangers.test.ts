// Attacks by number: codes guessed, devices registered and requests pushed faster than a household ever would (RFC 8628 §5.1, RFC 10027).
import { request } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { hours, minutes } from '#contract/time.ts'
import { OF_ONE_PERSON } from '../../../../hub/authorization/strangers.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { signIn } from '../../../home.ts'
import { becomeOwner, createPerson } from '../../../person.ts'
import { createBareDevice, registerRaw } from '../device-client.ts'
import { letRegister, post, postRegistration } from '../flows/apps.ts'
import { letIn as invite, PASSWORD } from '../newcomer.ts'
import { startServer } from '../server.ts'
import { askForTokens, authorizeUrl, challengeOf, openAttackRoom, redeem, told } from './room.ts'

const room = await openAttackRoom()
const { server, owner } = room
const { publicKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = await exportJWK(publicKey)

interface Sent {
  readonly from: string
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}
/** From one of this machine's addresses. */
const sendFrom = (url: URL, { from, method = 'POST', body = '', headers = {} }: Sent) =>
  new Promise<{ readonly status: number; readonly text: string; readonly cookie: string }>((resolve, reject) => {
    const options = {
      ...{ method, localAddress: from, agent: false as const },
      headers: { host: url.host, 'content-length': String(body.length), ...headers },
    }
    const sent = request(`http://127.0.0.1:${url.port}${url.pathname}${url.search}`, options, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        const cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
        resolve({ status: response.statusCode ?? 0, text, cookie })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }
const anyCode = (n: number) =>
  [...Array(8).keys()].map((place) => 'BCDFGHJKLMNPQRSTVWXZ'[(n * 7 + place * n) % 20]).join('')

test('300 guesses at once from thirty addresses by somebody of the household: ten are judged, and the owner pairs', async () => {
  await invite(server, 'Kim', 'member')
  const form = new URLSearchParams({ name: 'Kim', password: PASSWORD }).toString()
  const { cookie } = await sendFrom(new URL('/sign-in', server.url), {
    ...{ from: '127.0.0.1', body: form, headers: FORM_TYPE },
  })
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  const guesses = Array.from({ length: 300 }, (_, n) =>
    sendFrom(new URL(`/pair?user_code=${anyCode(n)}`, server.url), {
      ...{ from: `127.0.1.${(n % 30) + 1}`, method: 'GET', headers: { cookie } },
    }),
  )
  const answers = await Promise.all(guesses)
  const counted = (status: number) => answers.filter((each) => each.status === status).length
  expect([counted(404), counted(429), counted(200)]).toEqual([10, 290, 0])
  expect(answers.find(({ status }) => status === 429)?.text).toContain('wait a few minutes')
  // Not even the right one is looked at any more; and nobody else has lost a try.
  const right = { from: '127.0.2.1', method: 'GET', headers: { cookie } }
  expect((await sendFrom(new URL(`/pair?user_code=${userCode}`, server.url), right)).status).toBe(429)
  expect((await owner.post('/pair', { user_code: userCode, answer: 'approved' })).text).toContain('It is let in')
  expect((await device.redeem(deviceCode)).status).toBe(200)
})

test('who is not signed in learns nothing of any code: a right one and a wrong one are answered alike', async () => {
  const { userCode } = await (await createBareDevice(server.url)).askForCode()
  const answerTo = async (code: string) => {
    const url = new URL(`/pair?user_code=${code}`, server.url)
    const { status, headers } = await fetch(url, { redirect: 'manual' })
    return [status, headers.get('location')?.replace(encodeURIComponent(code), 'CODE')]
  }
  expect(await answerTo('BBBB-BBBB')).toEqual(await answerTo(userCode))
  const stranger = createPerson(server.url)
  for (const answer of ['approved', 'denied']) {
    expect((await stranger.post('/pair', { user_code: userCode, answer })).url.pathname).toBe('/sign-in')
  }
  expect((await owner.get(`/pair?user_code=${userCode}`)).status).toBe(200)
})

test('a guest pairs nothing and guesses nothing', async () => {
  const guest = await invite(server, 'Gil', 'guest')
  const { userCode } = await (await createBareDevice(server.url)).askForCode()
  for (const code of [userCode, 'BBBB-BBBB']) {
    expect((await guest.get(`/pair?user_code=${code}`)).status).toBe(403)
    expect((await guest.post('/pair', { user_code: code, answer: 'approved' })).status).toBe(403)
  }
})

test('a flood of registrations from forty addresses: rows stay bounded, who is paired goes on, and later others come', async () => {
  await using small = await startServer({ strangers: { perAddress: 10, unpaired: 30 } })
  const { url, authorization, database } = small
  const first = await createBareDevice(url)
  const body = JSON.stringify({ device_kind: 'toaster', jwks: { keys: [jwk] } })
  const statuses: number[] = []
  for (let n = 0; n < 120; n++) {
    const from = `127.0.3.${(n % 40) + 1}`
    statuses.push((await sendFrom(new URL('/oauth/register', url), { from, body, headers: JSON_TYPE })).status)
  }
  expect(statuses.filter((status) => status === 201)).toHaveLength(29)
  expect(statuses.filter((status) => status === 429)).toHaveLength(91)
  const clients = () => Number(database.prepare("SELECT count(*) AS n FROM oidc WHERE model='Client'").get()?.n)
  expect(clients()).toBe(30)
  expect((await first.askForCode()).userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  database.exec(`UPDATE devices SET registered_at = registered_at - ${hours(2)}`)
  await authorization.sweep()
  expect(clients()).toBe(0)
  expect((await (await createBareDevice(url)).askForCode()).userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
})

test('codes are given out so often and no more, to one address', async () => {
  await using small = await startServer({ strangers: { perAddress: 5 } })
  const device = await createBareDevice(small.url)
  const codes: string[] = []
  for (let n = 0; n < 8; n++) codes.push((await device.askForCode()).userCode)
  expect(codes.filter((code) => code !== 'undefined')).toHaveLength(5)
})

const pushed = (more: Record<string, string> = {}) => ({
  ...{ client_id: 'latchkey-page', redirect_uri: `${server.url.origin}/`, response_type: 'code', scope: 'openid' },
  ...{ code_challenge: challengeOf('x'.repeat(43)), code_challenge_method: 'S256', ...more },
})

test('a flood of pushed requests in the name of the page fills neither disk nor household', async () => {
  await using small = await startServer({ strangers: { authorizations: { perAddress: 20, all: 30 } } })
  const push = (from: string) =>
    sendFrom(new URL('/oauth/par', small.url), {
      ...{ from, headers: FORM_TYPE },
      body: new URLSearchParams({ ...pushed(), redirect_uri: `${small.url.origin}/` }).toString(),
    })
  const statuses: number[] = []
  for (let n = 0; n < 60; n++) statuses.push((await push(`127.0.4.${(n % 2) + 1}`)).status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(30)
  expect(statuses.filter((status) => status === 429)).toHaveLength(30)
})

test('a flood of requests to sign out leaves few rows, and none for long', async () => {
  await using small = await startServer({ strangers: { authorizations: { perAddress: 20, all: 30 } } })
  const ask = (path: string, headers = {}) =>
    sendFrom(new URL(path, small.url), { from: '127.0.5.1', method: 'GET', headers })
  const rows = () =>
    small.database.prepare("SELECT expires_at - unixepoch() AS left FROM oidc WHERE model='Session'").all()
  const statuses: number[] = []
  for (let n = 0; n < 15; n++) statuses.push((await ask(`/oauth/end-session?state=${'x'.repeat(9_000)}`)).status)
  for (let n = 0; n < 15; n++) statuses.push((await ask('/oauth/end-session/confirm')).status)
  expect(statuses.filter((status) => status === 429)).toHaveLength(10)
  expect(rows()).toHaveLength(15)
  for (const { left } of rows()) expect(Number(left)).toBeLessThanOrEqual(600)
})

test('a cookie of a session that has ended begins no others without end', async () => {
  await using small = await startServer({ strangers: { authorizations: { perAddress: 10, all: 30 } } })
  const begun = await fetch(new URL('/oauth/end-session', small.url))
  const cookie = begun.headers.getSetCookie().map((line) => line.split(';')[0])
  small.database.exec('DELETE FROM oidc')
  const paths = ['/oauth/authorize/x', '/oauth/end-session/success', '/oauth/authorize']
  for (let n = 0; n < 30; n++) {
    await fetch(new URL(paths[n % 3] ?? '', small.url), { headers: { cookie: cookie.join('; ') }, redirect: 'manual' })
  }
  expect(small.database.prepare('SELECT count(*) AS n FROM oidc').get()?.n).toBeLessThanOrEqual(10)
})

test('a device that nobody has let in proves itself so often and no more, and goes on as ever once it is', async () => {
  await using small = await startServer({ pollInterval: minutes(1) })
  const person = await becomeOwner(small.url, small.authorization.ownerKey.text)
  const [device, neighbour] = [await createBareDevice(small.url), await createBareDevice(small.url)]
  const { deviceCode, userCode } = await device.askForCode()
  const errors: unknown[] = []
  for (let n = 0; n < 120; n++) errors.push((await device.redeem('x', await device.assertion({}, '5m'))).body.error)
  expect(new Set(errors)).toEqual(new Set(['invalid_grant', 'temporarily_unavailable']))
  const taken = errors.filter((error) => error === 'invalid_grant').length
  // One asked for the code; and a slow machine gives back one every seven seconds.
  expect(taken).toBeGreaterThanOrEqual(79)
  expect(taken).toBeLessThan(100)
  expect(small.database.prepare('SELECT count(*) AS n FROM replays').get()?.n).toBe(taken + 1)
  expect((await neighbour.askForCode()).userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  await person.post('/pair', { user_code: userCode, answer: 'approved' })
  expect((await device.redeem(deviceCode)).body).toHaveProperty('access_token')
})

test('somebody of the household asks for a code so often and no more, whatever cookies they leave out', async () => {
  await using small = await startServer({ clock: new VirtualClock() })
  await becomeOwner(small.url, small.authorization.ownerKey.text)
  const gil = await invite(small, 'Gil', 'guest')
  const form = new URLSearchParams({ name: 'Gil', password: PASSWORD }).toString()
  const { cookie } = await sendFrom(new URL('/sign-in', small.url), {
    from: '127.0.0.1',
    body: form,
    headers: FORM_TYPE,
  })
  const { pathname, search } = authorizeUrl(
    small,
    { client_id: 'latchkey-page' },
    { redirect_uri: `${small.url.origin}/` },
  )
  const refused: number[] = []
  for (let n = 0; n < OF_ONE_PERSON + 10; n++) {
    const { status } = await sendFrom(new URL(`${pathname}${search}`, small.url), {
      ...{ from: `127.0.6.${n % 100}`, method: 'GET', headers: { cookie } },
    })
    if (status === 429) refused.push(n)
  }
  expect(refused).toHaveLength(10)
  expect((await gil.get('/account')).text).toContain('Your account')
})

test('who signs in after that is signed in for as long as ever', async () => {
  await using small = await startServer()
  const person = await becomeOwner(small.url, small.authorization.ownerKey.text)
  await person.get('/oauth/end-session')
  expect(await signIn(small.url, person)).toMatch(/^eyJ/)
  const kept = small.database.prepare("SELECT max(expires_at) - unixepoch() AS left FROM oidc WHERE model='Session'")
  expect(Number(kept.get()?.left)).toBeGreaterThan(29 * 24 * 3600)
})

test.for([
  { path: '/oauth/par', form: true },
  { path: '/oauth/device_authorization', form: true },
  { path: '/oauth/register', form: false },
])('what anybody may leave at $path is small, and says how long it is', async ({ path, form }) => {
  const headers = form ? FORM_TYPE : JSON_TYPE
  const long = form
    ? new URLSearchParams(pushed({ state: 'x'.repeat(17_000) })).toString()
    : JSON.stringify({ device_kind: 'toaster', jwks: { keys: [{ ...jwk, x5c: 'x'.repeat(17_000) }] } })
  const url = new URL(path, server.url)
  const answer = await sendFrom(url, { from: '127.0.0.1', headers, body: long })
  expect([answer.status, JSON.parse(answer.text).error]).toEqual([413, 'invalid_request'])
  for (const length of ['', '-1', 'x', '1e3']) {
    const refused = await sendFrom(url, {
      ...{ from: '127.0.0.1', body: 'x', headers: { ...headers, 'content-length': length } },
    }).catch(() => ({ status: 400 }))
    expect([400, 411]).toContain(refused.status)
  }
})

test('what nobody needs any more is deleted within a minute, so that a flood does not pile up', async () => {
  const clock = new VirtualClock()
  await using small = await startServer({ clock })
  const body = { ...pushed(), redirect_uri: `${small.url.origin}/` }
  for (let n = 0; n < 5; n++) expect((await post(small, '/oauth/par', body)).status).toBe(201)
  const rows = () => Number(small.database.prepare('SELECT count(*) AS n FROM oidc').get()?.n)
  expect(rows()).toBe(5)
  // The library's rows expire by the machine's time.
  small.database.exec('UPDATE oidc SET expires_at = 1')
  await small.authorization.sweep()
  expect(rows()).toBe(0)
})

test.for([
  { what: 'a point that is none', key: { x: 'AAAA' } },
  { what: 'a coordinate of a kilobyte', key: { y: 'A'.repeat(1024) } },
  { what: 'a symmetric key', key: { kty: 'oct', k: 'AAAA' } },
  { what: 'another curve', key: { crv: 'P-384' } },
  { what: 'its private half', key: { d: 'AAAA' } },
])('a device is not registered with $what', async ({ key }) => {
  const answer = await registerRaw(server.url, { device_kind: 'toaster', jwks: { keys: [{ ...jwk, ...key }] } })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
})

test('of a device’s key is kept what a key is, and a point beside the curve opens nothing', async () => {
  const more = { kid: 'mine', x5u: 'https://evil.example/', key_ops: ['verify'], ext: true, junk: 'x'.repeat(9000) }
  const { body } = await registerRaw(server.url, { device_kind: 'toaster', jwks: { keys: [{ ...jwk, ...more }] } })
  expect(body.jwks).toEqual({ keys: [{ kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y, kid: 'mine' }] })
  const beside = { ...jwk, x: 'A'.repeat(43), y: `${'B'.repeat(42)}A` }
  const off = await registerRaw(server.url, { device_kind: 'toaster', jwks: { keys: [beside] } })
  const id = String(off.body.client_id)
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')
  const claims = { iss: id, sub: id, aud: server.url.origin, jti: 'x', exp: Math.floor(Date.now() / 1000) + 60 }
  const assertion = [part({ alg: 'ES256' }), part(claims), Buffer.alloc(64, 1).toString('base64url')].join('.')
  const asked = await told(
    await post(server, '/oauth/device_authorization', {
      ...{ client_id: id, client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  )
  expect(asked).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
})

test.for([
  { what: 'a symmetric key', keys: [{ kty: 'oct', k: 'AAAA' }] },
  { what: 'a private key', keys: [{ ...jwk, d: 'AAAA' }] },
  { what: 'a key and a private one beside it', keys: [jwk, { ...jwk, d: 'AAAA' }] },
  { what: 'a key that is none', keys: [{ kty: 'EC' }] },
])('a program is not registered with $what', async ({ keys }) => {
  const answer = await told(
    await postRegistration(server, letRegister(server), {
      ...{ grant_types: ['client_credentials'], redirect_uris: [], jwks: { keys } },
      token_endpoint_auth_method: 'private_key_jwt',
    }),
  )
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
})

test('a registration token registers one program, of eight at the same moment', async () => {
  const token = letRegister(server)
  const answers = await Promise.all(Array.from({ length: 8 }, () => postRegistration(server, token, {})))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(401)])
})

test('the page’s program gets nothing without a person', async () => {
  const page = { client_id: 'latchkey-page' } as Parameters<typeof askForTokens>[1]
  for (const grant of ['client_credentials', 'password', 'urn:ietf:params:oauth:grant-type:device_code']) {
    const { status } = await askForTokens(server, page, { grant_type: grant, scope: 'home:admin' })
    expect(status).toBe(400)
  }
  expect((await redeem(server, page, 'x')).body.error).toBe('invalid_grant')
  const answer = await fetch(authorizeUrl(server, page, { prompt: 'none', redirect_uri: `${server.url.origin}/` }), {
    redirect: 'manual',
  })
  expect(answer.headers.get('location')).toContain('error=login_required')
})
