import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { createIssuerHttp } from '../../../hub/external/http.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { until } from '../../until.ts'

async function ask(answer: RequestListener, clock = systemClock) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const http = createIssuerHttp(clock)
  onTestFinished(() => {
    http[Symbol.dispose]()
    server.closeAllConnections()
    server.close()
  })
  return http.get(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`))
}

test('a document is its text, and one that is not there is none', async () => {
  expect(await ask((_request, response) => response.end('{}'))).toBe('{}')
  expect(await ask((_request, response) => response.writeHead(404).end())).toBeUndefined()
})

test.for<[string, RequestListener, RegExp]>([
  [
    'sent on to elsewhere',
    (_r, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    /302$/,
  ],
  ['not well', (_r, response) => response.writeHead(503).end(), /503$/],
  ['too much', (_r, response) => response.end('x'.repeat(300_000)), /262144 bytes at most/],
  ['cut off', (request) => request.socket.destroy(), /./],
])('an answer that is %s is none', async ([, answer, says]) => {
  await expect(ask(answer)).rejects.toThrow(says)
})

test('an answer that does not end is waited for four seconds', async () => {
  const clock = new VirtualClock()
  let begun = false
  const answer = ask((_request, response) => {
    response.write('{')
    begun = true
  }, clock)
  const told = answer.catch((error: unknown) => `${error}`)
  await until(() => begun, 'the answer to begin')
  await clock.advance(seconds(4))
  expect(await told).toContain('no answer within 4 s')
})

test('what is under way when the hub ends is not waited for', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const asked = once(server, 'request')
  const http = createIssuerHttp(new VirtualClock())
  const told = http.get(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`)).catch(String)
  await asked
  http[Symbol.dispose]()
  expect(await told).toContain('/keys: called off')
})
