import { expect, test } from 'vitest'
import { readHubConfig, readHubSettings } from '../../../hub/config.ts'
import { parseAddress } from '../../../hub/tls/addresses.ts'

test.for([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:8080', { host: '::1', port: 8080 }],
  ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65535 }],
] as const)('%s is an address', ([text, expected]) => {
  expect(parseAddress(text, 'LATCHKEY_HTTP')).toEqual(expected)
})

test.for([
  '8080',
  'localhost',
  'localhost:',
  ':8080',
  '[::1',
  '::1:8080',
  '127.0.0.1:65536',
  'http://x:1',
  'a b:1',
  '[nope]:1',
])('%j is none, and the setting is named', (text) => {
  expect(() => parseAddress(text, 'LATCHKEY_HTTP')).toThrow(/LATCHKEY_HTTP/)
})

const config = (args: readonly string[], env = {}) => readHubConfig(readHubSettings(args, env))

test('without a word the hub is for this machine alone', () => {
  expect(config([])).toMatchObject({
    http: { host: '127.0.0.1', port: 8080 },
    mqtt: { host: '127.0.0.1', port: 1883 },
    mqtts: undefined,
    tls: { type: 'off' },
    publicUrl: undefined,
  })
})

test('--lan is TLS by our own authority as hub.local, with bare MQTT still on loopback', () => {
  expect(config(['--lan'])).toMatchObject({
    http: { host: '0.0.0.0', port: 8443 },
    mqtt: { host: '127.0.0.1', port: 1883 },
    mqtts: { host: '0.0.0.0', port: 8883 },
    tls: { type: 'auto', trust: { host: '0.0.0.0', port: 8444 } },
    publicUrl: new URL('https://hub.local:8443'),
    mdns: true,
  })
})

test('a flag is stronger than its variable', () => {
  const env = { LATCHKEY_HTTP: '127.0.0.1:1111' }
  expect(config([], env).http.port).toBe(1111)
  expect(config(['--http', '127.0.0.1:2222'], env).http.port).toBe(2222)
})

test.for([
  { args: ['--http', '0.0.0.0:8080'], says: /LATCHKEY_HTTP.*without TLS/ },
  { args: ['--http', '192.168.1.5:8080'], says: /without TLS/ },
  { args: ['--mqtt', '0.0.0.0:1883'], says: /LATCHKEY_MQTT.*without TLS/ },
  { args: ['--lan', '--mqtt', '0.0.0.0:1883'], says: /LATCHKEY_MQTT.*without TLS/ },
  { args: ['--mqtts', '127.0.0.1:8883'], says: /LATCHKEY_MQTTS/ },
  { args: ['--tls', 'maybe'], says: /LATCHKEY_TLS/ },
  { args: ['--tls-cert', 'x.pem'], says: /LATCHKEY_TLS_KEY/ },
  { args: ['--tls-cert', '/no/such.pem', '--tls-key', '/no/such.pem'], says: /LATCHKEY_TLS_CERT/ },
  { args: ['--public-url', 'home'], says: /LATCHKEY_PUBLIC_URL/ },
  { args: ['--public-url', 'https://home.example/path'], says: /LATCHKEY_PUBLIC_URL/ },
  { args: ['--lan', '--public-url', 'http://hub.local:8443'], says: /https:/ },
  { args: ['extra'], says: /extra/ },
])('$args is refused', ({ args, says }) => {
  expect(() => config(args)).toThrow(says)
})

test('a network address without TLS is possible for those who say so', () => {
  expect(config(['--http', '0.0.0.0:8080', '--insecure-lan']).http.host).toBe('0.0.0.0')
})
