// What the owner reads of a whole life of the hub, and that no secret of it is there.
import { expect, test } from 'vitest'
import { until } from '../../home.ts'
import { OWNER } from '../../person.ts'
import { createBareDevice, registerRaw } from '../authorization/device-client.ts'
import { type HubRoom, makeAppPassword, openHubRoom, type Problem } from '../hub-room.ts'

const PATH = '/api/audit'

interface Entry {
  readonly id: number
  readonly event: string
  readonly count: number
  readonly account: { readonly id: string; readonly name: string } | null
  readonly client: string | null
  readonly address: string | null
  readonly detail: string | null
}
interface Page {
  readonly entries: readonly Entry[]
  readonly next: number | null
}
const read = async (room: HubRoom, token: string, query = '') =>
  (await (await room.ask('GET', `${PATH}${query}`, token)).json()) as Page

/** Everything that a hub does for people and devices, with every secret that there was. */
async function live(room: HubRoom): Promise<{ readonly device: string; readonly secrets: readonly string[] }> {
  const { owner, hub } = room
  const { publicUrl: url } = hub
  const device = await createBareDevice(url)
  const { deviceCode, userCode } = await device.askForCode()
  await device.redeem(deviceCode)
  await owner.post('/pair', { user_code: 'BCDF-GHJK', answer: 'approved' })
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const granted = (await device.redeem(deviceCode)).body
  const assertion = await device.assertion()
  const authenticated = {
    client_id: device.id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  const refreshToken = String(granted.refresh_token)
  const refresh = (token: string, proof: string) =>
    device.post('/oauth/token', {
      ...{ ...authenticated, client_assertion: proof, grant_type: 'refresh_token', refresh_token: token },
    })
  const refreshed = await refresh(refreshToken, assertion)
  await refresh(refreshToken, assertion)
  await refresh('guessed-refresh-token', await device.assertion())
  await device.redeem(deviceCode)
  await registerRaw(url, { client_name: 'x', device_kind: 'toothbrush' })
  await device.post('/oauth/token', { grant_type: 'my-secret-grant-type', client_id: device.id })

  const denied = await createBareDevice(url, 'security')
  const other = await denied.askForCode()
  await owner.post('/pair', { user_code: other.userCode, answer: 'denied' })

  await owner.post('/sign-in', { name: OWNER.name, password: 'wrong-password-1' })
  await owner.post('/sign-in', { name: 'typed-password-as-name', password: 'x' })
  await owner.post('/sign-out', {})
  await owner.post('/sign-in', OWNER)
  const made = await makeAppPassword(room, 'home:read')
  const token = await room.accessToken()
  await room.ask('DELETE', `/api/app-passwords/${made.id}`, token)
  await room.ask('DELETE', `/api/devices/${device.id}`, token)
  const { body } = await denied.post('/oauth/revoke', { token: 'nothing', client_id: denied.id })
  expect(body.error).toBe('invalid_client')
  const secrets = [
    ...[deviceCode, userCode, userCode.replace('-', ''), 'BCDF-GHJK', 'BCDFGHJK', other.deviceCode, other.userCode],
    ...[refreshToken, String(granted.access_token), String(refreshed.body.access_token), assertion, token],
    ...['guessed-refresh-token', 'my-secret-grant-type', 'wrong-password-1', 'typed-password-as-name', OWNER.password],
    ...[made.password],
  ]
  return { device: device.id, secrets }
}

test('tells the owner who did what to whom, from where', async () => {
  await using room = await openHubRoom()
  const { device } = await live(room)
  const { entries, next } = await read(room, await room.accessToken(), '?limit=500')
  expect(next).toBeNull()
  const robin = { id: expect.any(String), name: 'Robin' }
  const told = (event: string, with_: object) =>
    expect.soft(entries, event).toContainEqual(expect.objectContaining({ event, address: '127.0.0.1', ...with_ }))
  told('account_created', { account: robin, detail: 'owner' })
  told('device_registered', { client: device, detail: 'Kitchen', account: null })
  told('code_issued', { client: device })
  told('user_code_guessed', { account: robin, client: null })
  told('pairing_approved', { account: robin, client: device, detail: 'Kitchen' })
  told('grant_issued', { account: robin, client: device, detail: 'urn:ietf:params:oauth:grant-type:device_code' })
  told('refresh_failed', { client: device })
  told('grant_refused', { client: device })
  told('request_refused', { detail: 'registration: invalid_client_metadata', client: null })
  told('pairing_denied', { account: robin, client: expect.stringMatching(/^security-/) })
  told('sign_in_failed', { account: robin, detail: 'password' })
  told('signed_out', { account: robin })
  told('signed_in', { account: robin, detail: 'password' })
  told('app_password_created', { account: robin, client: expect.stringMatching(/^app-/) })
  told('app_password_revoked', { account: robin, detail: 'Home Assistant' })
  told('device_unpaired', { account: robin, client: device })
  told('grant_issued', { account: robin, client: 'latchkey-page', detail: 'authorization_code' })
  told('request_refused', { detail: 'revocation: invalid_client' })
  // Each device refreshes every ten minutes: that it could is no news.
  expect(entries.filter(({ detail }) => detail === 'refresh_token')).toEqual([])
  expect(entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id).sort((a, b) => b - a))
})

test('holds no secret of anybody, neither what was right nor what was tried', async () => {
  await using room = await openHubRoom()
  const { secrets } = await live(room)
  const text = JSON.stringify(await read(room, await room.accessToken(), '?limit=500'))
  expect(text.length).toBeGreaterThan(2000)
  for (const secret of secrets) expect.soft(text.toLowerCase()).not.toContain(secret.toLowerCase())
})

test('survives a restart, and is read by pages', async () => {
  await using room = await openHubRoom()
  await createBareDevice(room.hub.publicUrl)
  await room.restart()
  const token = await room.accessToken()
  const all = (await read(room, token, '?limit=500')).entries
  expect(all.map(({ event }) => event)).toContain('device_registered')
  const pages: Entry[] = []
  let next: number | null = null
  do {
    const page: Page = await read(room, token, `?limit=2${next === null ? '' : `&before=${next}`}`)
    expect(page.entries.length).toBeLessThanOrEqual(2)
    pages.push(...page.entries)
    next = page.next
  } while (next !== null)
  expect(pages).toEqual(all)
})

test('a registration that is allowed and withdrawn by the API is told', async () => {
  await using room = await openHubRoom()
  const token = await room.accessToken()
  const allowed = await room.ask('POST', '/api/registration-tokens', token, { name: 'Dashboard', scopes: [] })
  const { id } = (await allowed.json()) as { id: string }
  const withdraw = async () => (await room.ask('DELETE', `/api/registration-tokens/${id}`, token)).status
  expect([await withdraw(), await withdraw()]).toEqual([204, 404])
  const told = (await read(room, token)).entries.filter(({ event }) => event.startsWith('registration_'))
  expect(told.map(({ event, count, detail, account }) => [event, count, detail, account?.name])).toEqual([
    ['registration_withdrawn', 1, 'Dashboard', 'Robin'],
    ['registration_allowed', 1, 'Dashboard', 'Robin'],
  ])
})

test('is the owner’s alone, and says what is wrong with a query', async () => {
  await using room = await openHubRoom()
  const detailOf = async (token: string, query = '') => {
    const response = await room.ask('GET', `${PATH}${query}`, token)
    return [response.status, ((await response.json()) as Problem).detail]
  }
  expect(await detailOf(await room.accessToken('openid home:read'))).toEqual([403, 'This needs the scope home:admin'])
  expect((await detailOf('nonsense'))[0]).toBe(401)
  const token = await room.accessToken()
  for (const query of ['?limit=0', '?limit=501', '?limit=x', '?before=-1', '?before=', '?limit=1e2']) {
    expect.soft(await detailOf(token, query), query).toEqual([400, expect.stringContaining('the query')])
  }
  const answer = await room.ask('GET', PATH, token)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const openApi = await fetch(new URL('/api/openapi.json', room.hub.publicUrl))
  const document = (await openApi.json()) as { paths: object }
  expect(Object.keys(document.paths)).toContain('/audit')
})

test('a flood of guesses is a few rows', async () => {
  await using room = await openHubRoom()
  for (let n = 0; n < 40; n++) await room.owner.post('/sign-in', { name: `somebody ${n}`, password: 'x' })
  await room.owner.post('/sign-in', { ...OWNER })
  await until(async () => {
    const { entries } = await read(room, await room.accessToken())
    const failed = entries.filter(({ event }) => event === 'sign_in_failed')
    return failed.length === 1 && failed[0]?.count === 41
  }, 'one row that counts')
})
