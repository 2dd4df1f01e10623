import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { becomeOwner, createPerson } from '../../../person.ts'
import { createBareDevice, registerRaw } from '../device-client.ts'
import { startServer } from '../server.ts'

const start = async (options?: Parameters<typeof startServer>[0]) => {
  const server = await startServer(options)
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  return { server, owner }
}

test('a device that asks too often is told to slow down, and a poll after approval never is', async () => {
  const { server, owner } = await start({ pollInterval: seconds(5) })
  await using _ = server
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  expect((await device.redeem(deviceCode)).body.error).toBe('authorization_pending')
  expect((await device.redeem(deviceCode)).body.error).toBe('slow_down')
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  expect((await device.redeem(deviceCode)).body).toMatchObject({ token_type: 'Bearer', scope: 'device' })
})

test('the person may type the code in lower case, without the hyphen, with spaces', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const { userCode } = await device.askForCode()
  const typed = ` ${userCode.toLowerCase().replace('-', ' ')} `
  expect((await owner.get(`/pair?user_code=${encodeURIComponent(typed)}`)).text).toContain(userCode)
})

test('a denied device is told access_denied, and stays out', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  expect((await owner.post('/pair', { user_code: userCode, answer: 'denied' })).text).toContain('It stays out')
  expect((await device.redeem(deviceCode)).body.error).toBe('access_denied')
  expect((await owner.get(`/pair?user_code=${userCode}`)).status).toBe(410)
  expect(server.authorization.devices.paired()).toEqual([])
})

test('nothing is approved by opening the link: there is always a question first', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url, 'security')
  const { deviceCode, userCode } = await device.askForCode()
  const page = await owner.get(`/pair?user_code=${userCode}`)
  for (const shown of ['Security panel', 'Kitchen', '127.0.0.1', userCode, device.id, 'less than a minute ago']) {
    expect(page.text).toContain(shown)
  }
  expect((await device.redeem(deviceCode)).body.error).toBe('authorization_pending')
})

test('somebody who is not signed in is asked to sign in first, and keeps the code', async () => {
  const { server } = await start()
  await using _ = server
  const stranger = createPerson(server.url)
  const answer = await stranger.get('/pair?user_code=WDJB-MJHT')
  expect(answer.url.pathname).toBe('/sign-in')
  expect(answer.url.searchParams.get('return_to')).toBe('/pair?user_code=WDJB-MJHT')
  expect((await stranger.post('/pair', { user_code: 'WDJB-MJHT', answer: 'approved' })).url.pathname).toBe('/sign-in')
})

test('two redemptions of one code at the same moment give one grant', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const answers = await Promise.all(Array.from({ length: 8 }, () => device.redeem(deviceCode)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(7)
})

test('a device that is approved again has one grant: the one from before ends', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const pairOnce = async () => {
    const { deviceCode, userCode } = await device.askForCode()
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    return (await device.redeem(deviceCode)).body
  }
  const first = await pairOnce()
  const second = await pairOnce()
  const refresh = async (token: unknown) =>
    device.post('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: String(token),
      client_id: device.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await device.assertion(),
    })
  expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant')
  expect((await refresh(second.refresh_token)).status).toBe(200)
  expect(server.ended).toHaveLength(1)
})

test('an assertion works once', async () => {
  const { server } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const { deviceCode } = await device.askForCode()
  const assertion = await device.assertion()
  expect((await device.redeem(deviceCode, assertion)).body.error).toBe('authorization_pending')
  expect(await device.redeem(deviceCode, assertion)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
})

test('an assertion that would have to be remembered for years is refused, and one of five minutes is not', async () => {
  await using server = await startServer()
  const device = await createBareDevice(server.url)
  const { deviceCode } = await device.askForCode()
  const long = await device.redeem(deviceCode, await device.assertion({}, '3000y'))
  expect([long.status, long.body.error]).toEqual([401, 'invalid_client'])
  const short = await device.redeem(deviceCode, await device.assertion({}, '299s'))
  expect(short.body.error).toBe('authorization_pending')
})

test('a code is of no use to another device', async () => {
  const { server, owner } = await start()
  await using _ = server
  const [device, thief] = [await createBareDevice(server.url), await createBareDevice(server.url)]
  const { deviceCode, userCode } = await device.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  expect((await thief.redeem(deviceCode)).body.error).toBe('invalid_grant')
})

test('wrong codes run out: per address and person, whatever the next one is', async () => {
  const { server, owner } = await start()
  await using _ = server
  const device = await createBareDevice(server.url)
  const { userCode } = await device.askForCode()
  const statuses: number[] = []
  for (let guess = 0; guess < 12; guess++) statuses.push((await owner.get('/pair?user_code=BBBB-BBBB')).status)
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(404))
  expect(statuses.slice(10)).toEqual([429, 429])
  expect((await owner.get(`/pair?user_code=${userCode}`)).status).toBe(429)
})

test('a device that nobody pairs disappears after an hour, and a paired one stays', async () => {
  const { server, owner } = await start()
  await using _ = server
  const [kept, forgotten] = [await createBareDevice(server.url), await createBareDevice(server.url)]
  const { userCode } = await kept.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  server.database.exec(`UPDATE devices SET registered_at = registered_at - ${minutes(61)}`)
  await server.authorization.sweep()
  expect(server.authorization.devices.find(forgotten.id)).toBeUndefined()
  expect((await forgotten.askForCode()).userCode).toBe('undefined')
  expect(server.authorization.devices.find(kept.id)).toBeDefined()
  expect((await kept.askForCode()).userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
})

const key = {
  kty: 'EC',
  crv: 'P-256',
  x: 'ySK38C1jBdLwDsNWKzzBHqKYEE5Cgv-qjWvorUXk9fw',
  y: '_LeQBw07cf5t57Iavn4j-BqJsAD1dpoz8gokd3sBsOo',
}

test.for([
  { what: 'no kind', metadata: { jwks: { keys: [key] } } },
  { what: 'an unknown kind', metadata: { device_kind: 'toothbrush', jwks: { keys: [key] } } },
  { what: 'no key', metadata: { device_kind: 'toaster' } },
  {
    what: 'a shared secret wanted',
    metadata: { device_kind: 'toaster', token_endpoint_auth_method: 'client_secret_basic' },
  },
  { what: 'two keys', metadata: { device_kind: 'toaster', jwks: { keys: [key, key] } } },
  { what: 'a private key', metadata: { device_kind: 'toaster', jwks: { keys: [{ ...key, d: 'secret' }] } } },
  { what: 'keys behind a URL', metadata: { device_kind: 'toaster', jwks_uri: 'http://169.254.169.254/' } },
  {
    what: 'markup as name',
    metadata: { device_kind: 'toaster', client_name: '<b>You won</b>', jwks: { keys: [key] } },
  },
])('registration is refused with $what', async ({ metadata }) => {
  await using server = await startServer()
  const { status, body } = await registerRaw(server.url, metadata)
  expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_client_metadata' })
})

test('whatever a device asks to be, it becomes a native client with the device grant', async () => {
  await using server = await startServer()
  const { status, body } = await registerRaw(server.url, {
    device_kind: 'toaster',
    jwks: { keys: [key] },
    application_type: 'web',
    grant_types: ['authorization_code', 'implicit', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: ['https://evil.example/'],
    token_endpoint_auth_method: 'none',
    logo_uri: 'https://evil.example/logo.png',
    client_id: 'latchkey-page',
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    client_id: expect.stringMatching(/^toaster-[a-z0-9]{6}$/),
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'private_key_jwt',
  })
  expect(body).not.toHaveProperty('logo_uri')
  expect(body).not.toHaveProperty('client_secret')
})

test('a flood of registrations from one address is stopped before it fills the disk', async () => {
  await using server = await startServer()
  const statuses: number[] = []
  for (let n = 0; n < 62; n++)
    statuses.push((await registerRaw(server.url, { device_kind: 'toaster', jwks: { keys: [key] } })).status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(60)
  expect(statuses.slice(60)).toEqual([429, 429])
  expect(server.authorization.devices.unpairedCount()).toBe(60)
})
