import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clientAddress, type HostPolicy, judgeHost, pinHost } from '../../../hub/web/host.ts'

const loopback: HostPolicy = {
  publicUrl: new URL('http://localhost:8080'),
  aliases: new Set(['127.0.0.1:8080']),
  behindProxy: false,
}
const proxied: HostPolicy = { publicUrl: new URL('https://home.example'), aliases: new Set(), behindProxy: true }

test.for([
  ['localhost:8080', loopback, 'own'],
  ['LOCALHOST:8080', loopback, 'own'],
  ['127.0.0.1:8080', loopback, 'alias'],
  ['localhost', loopback, 'foreign'],
  ['evil.example', loopback, 'foreign'],
  [undefined, loopback, 'foreign'],
  ['127.0.0.1:8080', proxied, 'own'],
] as const)('host %s is %s', ([host, policy, expected]) => {
  expect(judgeHost(host, policy)).toBe(expected)
})

const request = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { host: 'x', 'x-forwarded-host': 'evil.example', ...(forwarded && { 'x-forwarded-for': forwarded }) },
  }) as unknown as IncomingMessage

test.for([
  { what: 'a socket', from: '192.168.1.7', forwarded: undefined, policy: loopback, expected: '192.168.1.7' },
  {
    what: 'an IPv4 socket in IPv6 clothes',
    from: '::ffff:192.168.1.7',
    forwarded: undefined,
    policy: loopback,
    expected: '192.168.1.7',
  },
  {
    what: 'somebody who claims to be another',
    from: '192.168.1.7',
    forwarded: '10.0.0.1',
    policy: loopback,
    expected: '192.168.1.7',
  },
  { what: 'our proxy', from: '127.0.0.1', forwarded: '203.0.113.9, 10.0.0.1', policy: proxied, expected: '10.0.0.1' },
  {
    what: 'somebody past our proxy',
    from: '192.168.1.7',
    forwarded: '10.0.0.1',
    policy: proxied,
    expected: '192.168.1.7',
  },
])('the address of $what is $expected', ({ from, forwarded, policy, expected }) => {
  expect(clientAddress(request(from, forwarded), policy)).toBe(expected)
})

test('what a request claims about host and scheme is replaced by the truth', () => {
  const claimed = request('127.0.0.1', '1.2.3.4')
  pinHost(claimed, proxied, '10.0.0.1')
  expect(claimed.headers).toEqual({ host: 'home.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1' })
})
