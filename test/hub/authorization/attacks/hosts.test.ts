// Attacks by the name that a request gives us: every address that is handed out is the public URL's, whoever says what (RFC 9110 §7.2).
import { request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { openHubRoom } from '../../hub-room.ts'
import { createBareDevice } from '../device-client.ts'

const room = await openHubRoom()
afterAll(() => room[Symbol.asyncDispose]())
const { publicUrl } = room.hub
const EVIL = 'evil.example'

interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly method?: string
  readonly body?: string
}
const send = ({ path, headers, method = 'GET', body = '' }: Sent) =>
  new Promise<{ readonly status: number; readonly all: string }>((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': String(body.length) }
    const options = { host: '127.0.0.1', port: publicUrl.port, path, method, agent: false as const }
    const sent = request({ ...options, headers: { host: publicUrl.host, ...length, ...headers } }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, all: `${JSON.stringify(response.headers)}\n${text}` })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

const FORWARDED = {
  'x-forwarded-host': EVIL,
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-prefix': '/evil',
  'x-forwarded-server': EVIL,
  'x-original-url': `https://${EVIL}/`,
  'x-rewrite-url': `https://${EVIL}/`,
  'x-host': EVIL,
  'x-real-ip': '203.0.113.7',
  forwarded: `for=203.0.113.7;host=${EVIL};proto=https`,
  referer: `https://${EVIL}/`,
}
const PATHS = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/oauth/jwks',
  '/oauth/authorize?client_id=latchkey-page',
  '/oauth/end-session',
  '/pair',
  '/sign-in',
  '/people',
  '/api/openapi.json',
  '/api/devices',
  '/',
]
test.for(PATHS)('%s hands out no name that a request brings along', async (path) => {
  for (const [name, value] of Object.entries(FORWARDED)) {
    const { all } = await send({ path, headers: { [name]: value } })
    expect(all, name).not.toContain(EVIL)
    expect(all, name).not.toContain('203.0.113.7')
  }
  for (const host of [EVIL, `${EVIL}:${publicUrl.port}`, `${publicUrl.host}@${EVIL}`, `${publicUrl.host}.${EVIL}`]) {
    const { status, all } = await send({ path, headers: { host } })
    expect([status, all.includes(EVIL)]).toEqual([421, false])
  }
})

test('an absolute address in the request line does not decide either', async () => {
  const { status, all } = await send({ path: `http://${EVIL}/.well-known/openid-configuration`, headers: {} })
  expect(all).not.toContain(`${EVIL}/oauth`)
  expect([200, 400, 404, 421]).toContain(status)
})

test('what a device is told to show names us, and the address that people see is its own', async () => {
  const device = await createBareDevice(publicUrl)
  const form = new URLSearchParams({
    ...{ client_id: device.id, scope: 'device', client_assertion: await device.assertion() },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  const headers = { ...FORWARDED, 'content-type': 'application/x-www-form-urlencoded' }
  const { status, all } = await send({ path: '/oauth/device_authorization', method: 'POST', headers, body: `${form}` })
  expect(status).toBe(200)
  expect(all).not.toContain(EVIL)
  const [, code = ''] = /"user_code":"([^"]+)"/.exec(all) ?? []
  expect(all).toContain(`"verification_uri":"${publicUrl.origin}/pair"`)
  const page = await room.owner.get(`/pair?user_code=${code}`)
  expect(page.text).not.toContain('203.0.113.7')
  expect(page.text).toContain('127.0.0.1')
})

test('an assertion is for us under our name, whatever name the request comes by', async () => {
  const device = await createBareDevice(publicUrl)
  const form = new URLSearchParams({
    ...{ client_id: device.id, client_assertion: await device.assertion() },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  const headers = { host: EVIL, 'content-type': 'application/x-www-form-urlencoded' }
  const sent = await send({ path: '/oauth/device_authorization', method: 'POST', headers, body: `${form}` })
  expect(sent.status).toBe(421)
})

test('the metadata of both well-known addresses is one, names the issuer alone, and nothing that is off', async () => {
  const [openid, oauth] = await Promise.all(
    ['openid-configuration', 'oauth-authorization-server'].map(async (name) => {
      const answer = await fetch(new URL(`/.well-known/${name}`, publicUrl))
      expect(answer.headers.get('content-type')).toContain('application/json')
      return (await answer.json()) as Record<string, unknown>
    }),
  )
  expect(oauth).toEqual(openid)
  expect(openid?.issuer).toBe(publicUrl.origin)
  for (const [name, value] of Object.entries(openid ?? {})) {
    if (name.endsWith('_endpoint') && name !== 'mqtt_endpoint') expect(value).toMatch(`${publicUrl.origin}/`)
  }
  expect(openid).toMatchObject({
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code', 'id_token'],
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
  })
  expect(openid?.grant_types_supported).not.toContain('password')
})
