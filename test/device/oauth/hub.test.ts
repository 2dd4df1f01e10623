// What a server may make a device show, and where it may send it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { createClientKey } from '../../../device/oauth/client-key.ts'
import { createHttp } from '../../../device/oauth/http.ts'
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const http = createHttp({ clock: systemClock, signal: new AbortController().signal })
  onTestFinished(async () => {
    await http[Symbol.asyncDispose]()
    server.close()
  })
  const issuer = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return findHub({
    server: { issuer, ca: undefined, found: false, http },
    identity: { type: 'given', clientId: 'hall', secret: undefined, scope: 'home', audience: undefined },
    key: await createClientKey(),
    random: () => 0.5,
  })
}

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
