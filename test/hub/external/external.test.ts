// A hub whose tokens come from somebody else's authorization server: a separate process, over real ports.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { startAgent } from '../../../device/agent.ts'
import type { Status } from '../../../device/status.ts'
import { openThermostat } from '../../../simulator/board.ts'
import { freePort } from '../../processes.ts'
import { quiet } from '../../quiet.ts'
import { until } from '../../until.ts'
import { closed, hearing } from '../broker/broker-room.ts'
import { ATTIC, DEVICE, openExternalRoom } from './external-room.ts'
import { SECRETS, startIssuer } from './issuer-process.ts'

const TARGET = `homie/5/${DEVICE}/climate/target`
const REFUSED = /Not authorized/

test('its devices, programs and people come in, each as what they are', async () => {
  await using issuer = await startIssuer()
  await using room = await openExternalRoom(issuer.issuer)

  const token = await issuer.tokenOf('hall-heating')
  await expect(room.connect(token, 'thermostat-other1')).rejects.toThrow(REFUSED)
  const device = await room.connect(token, DEVICE)
  const obeyed = hearing(device)
  await device.subscribeAsync(`${TARGET}/set`)
  await device.publishAsync(TARGET, '19', { retain: true, qos: 1 })

  // A service: it sees what its scope says and gives no command.
  const service = await room.connect(await issuer.tokenOf('node-red', 'house:see'))
  const seen = hearing(service)
  await service.subscribeAsync('homie/5/#')
  await until(() => seen.some(({ topic, payload }) => topic === TARGET && payload === '19'), 'the target')
  service.publish(`${TARGET}/set`, '25')
  await closed(service)

  const robin = await issuer.personsToken('house:see house:heat')
  const phone = await room.connect(robin)
  await phone.publishAsync(`${TARGET}/set`, '21', { qos: 1 })
  await until(() => obeyed.some(({ payload }) => payload === '21'), 'the command')
  expect(obeyed).toHaveLength(1)

  expect(await (await room.ask('/api/me', robin)).json()).toEqual({
    ...{ name: 'robin', role: 'owner', scopes: ['home:read', 'climate:control'] },
  })
  expect(await (await room.ask('/api/devices', robin)).json()).toEqual({
    devices: [{ id: DEVICE, kind: 'thermostat', name: DEVICE, room: null, pairedAt: null, address: null }],
  })
  expect((await room.ask('/api/devices', token)).status).toBe(403)

  device.publish('homie/5/thermostat-other1/climate/target', '30')
  await closed(device)
})

test('a device that is gone is forgotten by who keeps the house, and one that is there is not', async () => {
  await using issuer = await startIssuer()
  await using room = await openExternalRoom(issuer.issuer)
  const token = await issuer.tokenOf('hall-heating')
  const device = await room.connect(token, DEVICE)
  await device.publishAsync(TARGET, '19', { retain: true, qos: 1 })
  const [keeper, guest] = [await issuer.personsToken('house:see house:keep'), await issuer.personsToken('house:see')]
  const forget = async (who: string, id: string = DEVICE) =>
    (await room.ask(`/api/devices/${id}`, who, { method: 'DELETE' })).status
  const known = async () => ((await (await room.ask('/api/devices', guest)).json()) as { devices: unknown[] }).devices

  expect(await forget(guest)).toBe(403)
  expect(await forget(keeper)).toBe(409)
  await device.endAsync()
  const phone = await room.connect(guest)
  const seen = hearing(phone)
  await phone.subscribeAsync('homie/5/#')
  await until(async () => (await forget(keeper)) === 204, 'the hub has seen it go')
  await until(() => seen.some(({ topic, payload }) => topic === TARGET && payload === ''), 'the phone hears it')
  expect(await known()).toEqual([])
  expect(await forget(keeper)).toBe(404)
  expect(await forget(keeper, 'thermostat-other1')).toBe(404)

  const again = await room.connect(token, DEVICE)
  await again.publishAsync(TARGET, '20', { retain: true, qos: 1 })
  await until(async () => (await known()).length === 1, 'it is back')
})

test('what the hub says of itself: where tokens come from, and nothing of people and pairing; and by what name it knows that place', async () => {
  await using issuer = await startIssuer()
  await using room = await openExternalRoom(issuer.issuer, { pageClientId: 'page' })
  const { publicUrl } = room.hub
  expect(room.hub.ownerLink).toBeUndefined()
  expect(room.hub.signInAt).toBe(issuer.issuer)

  expect(await (await room.ask('/.well-known/oauth-protected-resource')).json()).toMatchObject({
    ...{ resource: publicUrl.origin, authorization_servers: [issuer.issuer] },
    ...{ scopes_supported: ['house:see', 'house:heat', 'house:keep'], bearer_methods_supported: ['header'] },
  })
  expect((await room.ask('/api/devices')).headers.get('www-authenticate')).toContain(
    `Bearer realm="latchkey", resource_metadata="${publicUrl.href}.well-known/oauth-protected-resource"`,
  )
  expect(await (await room.ask('/api/sign-in')).json()).toEqual({
    ...{ issuer: issuer.issuer, clientId: 'page', own: false, scope: 'openid house:see house:heat house:keep' },
    parameters: { audience: 'urn:latchkey:home', resource: 'urn:latchkey:home' },
  })
  const page = await room.ask('/')
  expect(page.headers.get('content-security-policy')).toContain(new URL(issuer.issuer).origin)
  for (const path of [
    '/oauth/token',
    '/oauth/jwks',
    '/.well-known/openid-configuration',
    '/pair',
    '/setup',
    '/people',
    '/programs',
  ]) {
    const response = await room.ask(path)
    expect([path, response.status]).toEqual([path, 404])
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(issuer.issuer) })
    const page = await room.ask(path, undefined, { headers: { accept: 'text/html,*/*;q=0.8' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
    expect(await page.text()).toContain(`Who comes into this home is said at ${issuer.issuer}.`)
  }
  expect((await room.ask('/pages.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect((await room.ask('/oauth/token', undefined, { method: 'POST' })).status).toBe(404)
  for (const path of ['/api/app-passwords', '/api/audit', '/api/clients'])
    expect((await room.ask(path)).status).toBe(404)
  await expect(openExternalRoom(issuer.issuer.replace('127.0.0.1', 'localhost'))).rejects.toThrow(
    `Cannot use LATCHKEY_ISSUER (--issuer) as it calls itself "${issuer.issuer}": name it as it names itself`,
  )
  expect(Object.keys(((await (await room.ask('/api/openapi.json')).json()) as { paths: object }).paths)).toEqual([
    ...['/sign-in', '/devices', '/devices/{id}', '/me'],
  ])
})

test('its new key is followed at once, and while it is away those who hold its tokens come and go', async () => {
  await using issuer = await startIssuer()
  await using room = await openExternalRoom(issuer.issuer)
  const asks = () => issuer.asked.filter((path) => path.endsWith('/jwks')).length
  expect(asks()).toBe(1)

  await issuer.rotate()
  const token = await issuer.tokenOf('hall-heating')
  const device = await room.connect(token, DEVICE)
  expect(asks()).toBe(2)

  await issuer.stop()
  device.end(true)
  await room.connect(token, DEVICE)
  await issuer.start()
  const next = await issuer.tokenOf('hall-heating')
  await issuer.stop()
  const before = performance.now()
  await expect(room.connect(next, DEVICE)).rejects.toThrow(REFUSED)
  expect(performance.now() - before).toBeLessThan(2_000)
  expect(asks()).toBe(2)
})

test('a server that is not there is waited for', async () => {
  const issuer = `http://127.0.0.1:${await freePort()}`
  await using room = await openExternalRoom(issuer)
  const { privateKey } = await generateKeyPair('ES256')
  const token = await new SignJWT({ iss: issuer }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' }).sign(privateKey)
  await expect(room.connect(token, DEVICE)).rejects.toThrow(REFUSED)
  expect(room.logged.filter((line) => line.includes('nobody can be let in'))).toHaveLength(1)
  expect((await room.ask('/readyz')).status).toBe(200)
})

test.for([
  { what: 'by its secret, at the port of the broker', device: DEVICE, clientId: 'hall-heating', dpop: false },
  {
    what: 'with tokens that are bound to its key, at the WebSocket',
    device: ATTIC,
    clientId: 'attic-heating',
    dpop: true,
  },
] as const)(
  'the agent is let in there by a person, $what, and is the device that the hub knows it as',
  async (agent) => {
    const { device, clientId, dpop } = agent
    const target = `homie/5/${device}/climate/target`
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    await using began = new AsyncDisposableStack()
    began.defer(() => rmSync(folder, { recursive: true }))
    const issuer = began.use(await startIssuer())
    const room = began.use(await openExternalRoom(issuer.issuer))
    let status: Status | undefined
    began.use(
      await startAgent({
        ...{ product: openThermostat(systemClock).product, name: 'Hall', folder, clock: systemClock, log: quiet },
        issuer: new URL(issuer.issuer),
        identity: {
          ...{ type: 'given', clientId, secret: dpop ? undefined : SECRETS[clientId], device, dpop },
          ...{ scope: 'openid', audience: 'urn:latchkey:home' },
        },
        broker: new URL(dpop ? `ws://localhost:${room.hub.httpPort}/mqtt` : `mqtt://127.0.0.1:${room.hub.mqttPort}`),
        onStatus: (next) => {
          status = next
        },
      }),
    )
    const pairing = await until(() => (status?.phase === 'pairing' ? status : undefined), 'a code')
    expect(pairing.device).toBe(device)
    await issuer.approve(pairing.authorization.verificationUriComplete ?? '')
    // oidc-provider as it comes says nothing of an interval: five seconds (RFC 8628 §3.2).
    await until(() => status?.phase === 'online', 'it to be online')

    const phone = await room.connect(await issuer.personsToken('house:see house:heat'))
    const heard = hearing(phone)
    await phone.subscribeAsync('homie/5/#')
    await phone.publishAsync(`${target}/set`, '23.5')
    await until(() => heard.some(({ topic, payload }) => topic === target && payload === '23.5'), 'the new target')
  },
)
