// What a server may make a device show, and where it may send it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { createClientKey } from '../../../device/oauth/client-key.ts'
import { createHttp, type Http } from '../../../device/oauth/http.ts'
import { findHub } from '../../../device/oauth/hub.ts'

const DEVICE = parseDeviceId('thermostat-k3f9ab', 'the test')
const GOOD = { device_code: 'd', user_code: 'WDJB-MJHT', verification_uri: 'http://localhost/pair', expires_in: 600 }

/** A server whose metadata and device authorization say this. */
async function serverThatSays(metadata: object, authorization: object = GOOD) {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    const issuer = `http://127.0.0.1:${port}`
    const isMetadata = request.url?.startsWith('/.well-known/') === true
    const body = isMetadata
      ? { issuer, device_authorization_endpoint: `${issuer}/device`, token_endpoint: `${issuer}/token`, ...metadata }
      : authorization
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return find(...(await listening(server)))
}

/** Until the test is over. */
async function listening(server: Server): Promise<[URL, Http]> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const http = createHttp({ clock: systemClock, signal: new AbortController().signal })
  onTestFinished(async () => {
    await http[Symbol.asyncDispose]()
    server.close()
  })
  return [new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), http]
}

const find = async (issuer: URL, http: Http) =>
  findHub({
    server: { issuer, ca: undefined, pinned: undefined, isPinned: false, http },
    identity: { type: 'given', clientId: 'hall', secret: undefined, scope: 'home', audience: undefined },
    key: await createClientKey(),
    random: () => 0.5,
  })

test('a code and an address that people can read and type are shown', async () => {
  const hub = await serverThatSays({})
  expect(await hub.authorize(DEVICE)).toMatchObject({ userCode: 'WDJB-MJHT', verificationUri: 'http://localhost/pair' })
})

test('Google’s name for the address is understood', async () => {
  const { verification_uri: verification_url, ...rest } = GOOD
  const hub = await serverThatSays({}, { ...rest, verification_url })
  expect(await hub.authorize(DEVICE)).toMatchObject({ verificationUri: 'http://localhost/pair' })
})

test.for([
  ['a code that moves the cursor of a terminal', { user_code: '\u001b[2Jx' }],
  ['a code of two thousand letters', { user_code: 'A'.repeat(2_000) }],
  ['a code of two lines', { user_code: 'A\nB' }],
  ['an address that is a program', { verification_uri: 'javascript:alert(1)' }],
  ['an address with a control character', { verification_uri: 'http://localhost/\u0007' }],
  ['a QR without end', { verification_uri_complete: `http://localhost/${'x'.repeat(600)}` }],
] as const)('%s is shown nowhere', async ([, wrong]) => {
  const hub = await serverThatSays({}, { ...GOOD, ...wrong })
  await expect(hub.authorize(DEVICE)).rejects.toThrow(/must be/)
})

test.for(['mqtt://10.0.0.66', 'ws://broker.example/mqtt', 'mqtts://user:secret@broker.example'])(
  'no token goes to %s, whatever the metadata says',
  async (endpoint) => {
    await expect(serverThatSays({ mqtt_endpoint: endpoint })).rejects.toThrow(/^Cannot use the hub's mqtt_endpoint/)
  },
)

test.for([
  {
    what: 'a page of a router',
    status: 200,
    type: 'text/html',
    body: '<p>',
    says: /answers with 200, but neither as a hub/,
  },
  { what: 'a redirect', status: 302, type: 'text/html', body: '', says: /answers with 302, but neither as a hub/ },
  { what: 'a proxy whose hub is down', status: 502, type: 'text/html', body: '', says: /answers with 502: something/ },
  {
    what: 'another server',
    status: 200,
    type: 'application/json',
    body: '{"issuer":"http://b"}',
    says: /itself otherwise/,
  },
])('$what is named with its address', async ({ status, type, body, says }) => {
  const server = createServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body))
  const [issuer, http] = await listening(server)
  const found = await find(issuer, http).catch((error: Error) => error.message)
  expect(found).toMatch(says)
  expect(found).toContain(`${issuer.origin}: `)
})
