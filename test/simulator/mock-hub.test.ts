// The mock hub's authorization server, as somebody's device meets it: openid-client, which nobody here wrote.
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import mqtt from 'mqtt'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { type MockHub, type Planned, startHub } from '../../simulator/mock-hub.ts'
import { until } from '../home.ts'
import { askForCode, pairDevice, poll, registerDevice } from './mock-hub-client.ts'

const polls = ({ authorization: { requests } }: MockHub) =>
  requests.filter(({ grantType }) => grantType === 'device_code')
const apiStatus = async ({ issuer }: MockHub, token: string) =>
  (await fetch(new URL('/api/me', issuer), { headers: { authorization: `Bearer ${token}` } })).status

describe.concurrent('the authorization server of a mock hub', () => {
  test('slow_down makes openid-client wait five seconds more, which the record shows', async () => {
    await using hub = await startHub({ authorization: { pollInterval: '1s', answers: ['slow_down'] } })
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    expect(asked.interval).toBe(1)
    await hub.approve(asked.user_code)
    const tokens = await client.pollDeviceAuthorizationGrant(device.config, asked)
    expect(decodeJwt(tokens.access_token)).toMatchObject({ client_id: device.id, scope: 'device' })
    const [slow, granted, ...more] = polls(hub)
    expect(slow).toMatchObject({
      endpoint: 'token',
      clientId: device.id,
      status: 400,
      error: 'slow_down',
      planned: true,
    })
    expect(granted).toMatchObject({ clientId: device.id, status: 200, error: undefined, planned: false })
    expect(more).toEqual([])
    // RFC 8628 §3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests"
    expect((granted?.at ?? 0) - (slow?.at ?? 0)).toBeGreaterThanOrEqual(5990)
  })

  test('its metadata names the doors that stay open, by name and by number', async () => {
    await using hub = await startHub()
    for (const host of ['localhost', '127.0.0.1']) {
      const asked = await fetch(`http://${host}:${hub.issuer.port}/.well-known/oauth-authorization-server`)
      expect(await asked.json()).toMatchObject({
        issuer: hub.issuer.origin,
        token_endpoint: `${hub.issuer.origin}/oauth/token`,
        mqtt_endpoint: hub.mqttUrl.href,
      })
    }
  })

  test('503 with Retry-After is waited for by openid-client', async () => {
    await using hub = await startHub()
    hub.authorization.next({ status: 503, headers: { 'retry-after': '1' } })
    await pairDevice(hub)
    const [busy, granted] = polls(hub)
    expect([busy?.status, granted?.status]).toEqual([503, 200])
    expect((granted?.at ?? 0) - (busy?.at ?? 0)).toBeGreaterThanOrEqual(990)
  })

  test.for<{ answer: Planned; error: object; recorded: object }>([
    { answer: 503, error: { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM' }, recorded: { status: 503, error: undefined } },
    { answer: 'malformed', error: { code: 'OAUTH_PARSE_ERROR' }, recorded: { status: 200 } },
    { answer: 'access_denied', error: { error: 'access_denied' }, recorded: { status: 400, error: 'access_denied' } },
    { answer: 'expired_token', error: { error: 'expired_token' }, recorded: { status: 400, error: 'expired_token' } },
    {
      answer: 'invalid_client',
      error: { error: 'invalid_client' },
      recorded: { status: 401, error: 'invalid_client' },
    },
    { answer: 'reset', error: { name: 'TypeError', message: 'fetch failed' }, recorded: { status: undefined } },
    { answer: 'hang', error: { code: 'OAUTH_TIMEOUT' }, recorded: { status: undefined, error: undefined } },
    {
      answer: { status: 400, body: { error: 'invalid_target', error_uri: 'https://example.org' } },
      error: { error: 'invalid_target' },
      recorded: { status: 400, error: 'invalid_target' },
    },
  ])('a poll answered $answer fails in that way, and the next one is honest', async ({ answer, error, recorded }) => {
    await using hub = await startHub()
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    await hub.approve(asked.user_code)
    hub.authorization.next(answer)
    device.config.timeout = 1
    await expect(poll(device, asked)).rejects.toMatchObject(error)
    expect(hub.authorization.planned).toBe(0)
    expect(polls(hub)).toEqual([expect.objectContaining({ ...recorded, planned: true })])
    expect((await poll(device, asked)).refresh_token).toEqual(expect.any(String))
  })

  test('an honest answer can be altered', async () => {
    await using hub = await startHub()
    hub.authorization.next(({ body, ...honest }) => ({
      ...honest,
      body: { ...(body as object), refresh_token: undefined, expires_in: 7 },
    }))
    const { tokens } = await pairDevice(hub)
    expect(tokens).toMatchObject({ expires_in: 7 })
    expect(tokens.refresh_token).toBeUndefined()
  })

  test('each endpoint and grant type has a plan of its own', async () => {
    await using hub = await startHub()
    const { authorization } = hub
    authorization.next({ endpoint: 'registration' }, 'invalid_client_metadata')
    await expect(registerDevice(hub)).rejects.toMatchObject({ error: 'invalid_client_metadata' })
    authorization.next({ endpoint: 'metadata' }, 500)
    await expect(registerDevice(hub)).rejects.toMatchObject({ code: 'OAUTH_RESPONSE_IS_NOT_CONFORM' })
    const device = await registerDevice(hub)
    authorization.next({ endpoint: 'device_authorization' }, 'temporarily_unavailable')
    await expect(askForCode(device)).rejects.toMatchObject({ error: 'temporarily_unavailable' })

    authorization.next({ endpoint: 'token', grantType: 'refresh_token' }, 'invalid_grant')
    const asked = await askForCode(device)
    await hub.approve(asked.user_code)
    const { refresh_token: refreshToken = '' } = await poll(device, asked)
    authorization.next('expired_token')
    await expect(client.refreshTokenGrant(device.config, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await client.refreshTokenGrant(device.config, refreshToken)
    // That of a poll is still to be given.
    expect(authorization.planned).toBe(1)
    hub.reset()
    expect(authorization.planned).toBe(0)
    expect(authorization.requests).toEqual([])
  })

  test('its own person uses up no answers and is not in the record', async () => {
    await using hub = await startHub()
    hub.authorization.next({ endpoint: 'metadata' }, 500)
    hub.authorization.next({ endpoint: 'token', grantType: 'authorization_code' }, 500)
    const token = await hub.accessToken(['openid', 'home:read'])
    expect(decodeJwt(token)).toMatchObject({ role: 'owner', scope: 'home:read' })
    expect(await apiStatus(hub, token)).toBe(200)
    expect(hub.authorization.planned).toBe(2)
    expect(hub.authorization.requests).toEqual([])
  })

  test('the record holds no secrets', async () => {
    await using hub = await startHub()
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    await hub.approve(asked.user_code)
    const tokens = await poll(device, asked)
    await client.refreshTokenGrant(device.config, tokens.refresh_token ?? '')
    const { requests, codes } = hub.authorization
    expect(requests.map(({ endpoint, grantType, clientId }) => [endpoint, grantType, clientId])).toEqual([
      ['metadata', undefined, undefined],
      ['registration', undefined, device.id],
      ['device_authorization', undefined, device.id],
      ['token', 'device_code', device.id],
      ['token', 'refresh_token', device.id],
    ])
    const text = JSON.stringify({ requests, codes })
    for (const secret of [asked.device_code, tokens.access_token, tokens.refresh_token ?? '', 'eyJ'])
      expect(text).not.toContain(secret)
  })

  test('a code is waited for, approved or denied; one that no device shows is refused in words', async () => {
    await using hub = await startHub()
    const device = await registerDevice(hub)
    const waited = hub.authorization.code({ clientId: device.id })
    const asked = await askForCode(device)
    expect(await waited).toMatchObject({ userCode: asked.user_code, clientId: device.id, state: 'waiting' })
    await hub.deny(asked.user_code.toLowerCase())
    expect(hub.authorization.codes.map(({ state }) => state)).toEqual(['denied'])
    await expect(poll(device, asked)).rejects.toMatchObject({ error: 'access_denied' })
    await expect(hub.approve(asked.user_code)).rejects.toThrow('it has expired or was decided before')
    await expect(hub.approve('BCDF-GHJK')).rejects.toThrow(
      'Cannot decide about the code BCDF-GHJK as a device must show it: none does',
    )
    await expect(hub.authorization.code({ within: '50ms' })).rejects.toThrow(
      'Cannot go on as a code must come: it waited 50ms',
    )
  })

  test('approveAll lets in whoever asks, after one poll', async () => {
    await using hub = await startHub({ authorization: { approveAll: true, pollInterval: '1s' } })
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    await client.pollDeviceAuthorizationGrant(device.config, asked)
    expect(polls(hub).map(({ error }) => error)).toEqual(['authorization_pending', undefined])
    expect(hub.authorization.codes).toMatchObject([{ state: 'granted' }])
  })

  test('a short life holds for the tokens of devices and of people, from the start and from later on', async () => {
    await using hub = await startHub({ authorization: { tokens: '2s' } })
    const life = (token: string) => {
      const { iat = 0, exp = 0 } = decodeJwt(token)
      return exp - iat
    }
    const { config, tokens } = await pairDevice(hub)
    const person = await hub.accessToken()
    expect([tokens.expires_in, life(tokens.access_token), life(person)]).toEqual([2, 2, 2])

    const phone = await mqtt.connectAsync(hub.mqttUrl.href, {
      ...{
        protocolVersion: 4,
        clientId: 'phone',
        username: 'x',
        password: await hub.accessToken(),
        reconnectPeriod: 0,
      },
    })
    const from = performance.now()
    await new Promise<void>((resolve) => phone.once('close', () => resolve()))
    expect(performance.now() - from).toBeGreaterThan(800)
    expect(await apiStatus(hub, person)).toBe(401)

    await hub.authorization.issueTokens({ lifetime: '1m' })
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect([life(again.access_token), life(await hub.accessToken())]).toEqual([60, 60])
  })

  test('a rotated key signs what is new; what the old one signed is good only where it was kept', async () => {
    await using hub = await startHub()
    const kid = (token: string) => decodeProtectedHeader(token).kid
    const first = await hub.accessToken()
    await hub.authorization.rotateKeys()
    const second = await hub.accessToken()
    expect(kid(second)).not.toBe(kid(first))
    expect([await apiStatus(hub, first), await apiStatus(hub, second)]).toEqual([200, 200])
    await hub.authorization.rotateKeys({ keep: false })
    expect([await apiStatus(hub, first), await apiStatus(hub, second)]).toEqual([401, 401])
    expect(await apiStatus(hub, await hub.accessToken())).toBe(200)
    const keys = (await (await fetch(new URL('/oauth/jwks', hub.issuer))).json()) as { keys: { alg: string }[] }
    expect(keys.keys.filter(({ alg }) => alg === 'ES256')).toHaveLength(1)
  })

  test('requests that come while the hub restarts wait, and one that hangs goes on hanging', async () => {
    await using hub = await startHub()
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    hub.authorization.next('hang')
    let isOver = false
    const hanging = poll(device, asked).catch(() => {
      isOver = true
    })
    await until(() => polls(hub).length === 1, 'the poll')
    const restarting = hub.authorization.rotateKeys()
    const [answer] = await Promise.all([fetch(new URL('/readyz', hub.issuer)), restarting])
    expect(answer.status).toBe(200)
    expect(isOver).toBe(false)
    await hub[Symbol.asyncDispose]()
    await hanging
    expect(isOver).toBe(true)
  })

  test('a revoked device is refused at its next refresh, and one that is not paired cannot be revoked', async () => {
    await using hub = await startHub()
    const { id, config, tokens } = await pairDevice(hub)
    await hub.authorization.revoke(id)
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_client',
    })
    await expect(hub.authorization.revoke(id)).rejects.toThrow(`Cannot revoke the grant of ${id}`)
  })
})

const foldersOnDisk = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('latchkey-mock-hub-') && name.includes(`-${process.pid}-`))

test('nothing is left behind, also when a test throws in the middle', async () => {
  const before = foldersOnDisk()
  let issuer: URL | undefined
  await expect(async () => {
    await using hub: MockHub = await startHub()
    ;({ issuer } = hub)
    expect(foldersOnDisk()).toHaveLength(before.length + 1)
    hub.authorization.next('hang')
    throw new Error('the test failed')
  }).rejects.toThrow('the test failed')
  expect(foldersOnDisk()).toEqual(before)
  await expect(fetch(issuer ?? '')).rejects.toThrow('fetch failed')
})

test('given ports are used, and one that is taken is said', async () => {
  await using hub = await startHub()
  const taken = `127.0.0.1:${hub.issuer.port}`
  await expect(startHub({ http: taken })).rejects.toThrow(
    `Cannot listen on ${taken} (http) as it must be free: another program has this port`,
  )
})

test.for([
  [{ http: '0.0.0.0:8080' }, "Cannot use http as it must be a port of this machine's loopback such as 127.0.0.1:8080"],
  [{ authorization: { tokens: '1500ms' } }, 'Cannot use tokens as it must be whole seconds, one at least: got 1500ms'],
  [{ authorization: { answers: [42] } }, 'Cannot plan an answer as its status must be a whole number from 200 to 599'],
  [
    { broker: { disturb: { drop: 0.7, double: 0.7 } } },
    'Cannot disturb messages as shares, and their sum, must be from',
  ],
] as const)('%j is refused in words', async ([options, message]) => {
  await expect(startHub(options)).rejects.toThrow(message)
  expect(foldersOnDisk()).toEqual([])
})
