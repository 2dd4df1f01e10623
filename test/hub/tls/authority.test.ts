import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { hours } from '#contract/time.ts'
import { openAuthority } from '../../../hub/tls/authority.ts'
import { keepLeafFresh, needsRenewal } from '../../../hub/tls/leaf.ts'
import { mobileConfig } from '../../../hub/tls/mobile-config.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = promisify(execFile)
const open = () => openAuthority({ folder, clock: systemClock })

/** OpenSSL's own opinion of a certificate for a name or an address. */
async function verify(root: string, leaf: string, ...about: string[]): Promise<string> {
  writeFileSync(join(folder, 'root.pem'), root)
  writeFileSync(join(folder, 'leaf.pem'), leaf)
  const args = [
    'verify',
    '-x509_strict',
    '-CAfile',
    join(folder, 'root.pem'),
    '-purpose',
    'sslserver',
    ...about,
    join(folder, 'leaf.pem'),
  ]
  return run('openssl', args).then(
    ({ stdout }) => (stdout.trim().endsWith('OK') ? 'OK' : stdout),
    ({ stderr }: { stderr: string }) => stderr,
  )
}

test.skipIf(!existsSync('/usr/bin/openssl'))(
  'OpenSSL accepts the hub by name and by address, and nothing for a name outside the home',
  async () => {
    const authority = await open()
    const leaf = await authority.issue(['hub.local', 'localhost'], ['192.168.1.5', '::1'])
    expect(await verify(authority.pem, leaf.cert, '-verify_hostname', 'hub.local')).toBe('OK')
    expect(await verify(authority.pem, leaf.cert, '-verify_ip', '192.168.1.5')).toBe('OK')
    expect(await verify(authority.pem, leaf.cert, '-verify_hostname', 'bank.example')).toContain('hostname mismatch')
    const bank = await authority.issue(['bank.example'], [])
    expect(await verify(authority.pem, bank.cert)).toContain('permitted subtree violation')
    const outside = await authority.issue(['hub.local'], ['93.184.216.34'])
    expect(await verify(authority.pem, outside.cert)).toContain('permitted subtree violation')
  },
)

test('the authority is made once, kept private, and is the same after a restart', async () => {
  const first = await open()
  expect((await open()).fingerprint).toBe(first.fingerprint)
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  expect(statSync(join(folder, 'authority.json')).mode & 0o777).toBe(0o600)
  const root = new X509Certificate(first.der)
  expect(root.ca).toBe(true)
  expect(Date.parse(root.validTo) - Date.now()).toBeGreaterThan(hours(24 * 3600))
})

test.for(['', '{', '{"cert":"x","key":"y"}', '[]'])(
  'a damaged authority (%j) is said and never replaced: phones trust what it was',
  async (text) => {
    await open()
    const file = join(folder, 'authority.json')
    writeFileSync(file, text)
    await expect(open()).rejects.toThrow(/authority\.json/)
    expect(statSync(file).size).toBe(text.length)
  },
)

test('a certificate lives ninety days and is renewed after sixty, or when the machine has a new address', async () => {
  const authority = await open()
  const leaf = await authority.issue(['hub.local'], ['192.168.1.5'])
  expect(leaf.expiresAt - leaf.issuedAt).toBe(hours(24 * 90))
  const days = (count: number) => leaf.issuedAt + hours(24 * count)
  const names = ['hub.local', '192.168.1.5']
  expect([59, 61].map((day) => needsRenewal(leaf, names, days(day)))).toEqual([false, true])
  expect(needsRenewal(leaf, [...names, '192.168.1.9'], days(1))).toBe(true)
})

test('a running server gets the new certificate without being restarted', async () => {
  const clock = new VirtualClock()
  const authority = await openAuthority({ folder, clock })
  let addresses = ['192.168.1.5']
  const leaf = await keepLeafFresh({ authority, clock, log: quiet, names: ['localhost'], addresses: () => addresses })
  const server = createServer(leaf.current, (_request, response) => response.end('hello'))
  leaf.onRenewed((next) => server.setSecureContext(next))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  /** The serial number the server shows now. */
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      const request = get(
        { host: 'localhost', port, ca: authority.pem, rejectUnauthorized: false, agent: false },
        (response) => {
          resolve((response.socket as import('node:tls').TLSSocket).getPeerX509Certificate()?.serialNumber ?? '')
          response.resume()
        },
      )
      request.on('error', reject)
    })
  const before = await shown()
  await clock.advance(hours(2))
  expect(await shown()).toBe(before)
  addresses = ['192.168.1.9']
  await clock.advance(hours(1))
  // Making a key takes a moment of real time.
  await expect.poll(shown).not.toBe(before)
  leaf.stop()
  server.close()
  server.closeAllConnections()
})

test('the profile for an iPhone holds the certificate, and is the same file every time', async () => {
  const authority = await open()
  const profile = mobileConfig(authority)
  expect(profile).toBe(mobileConfig(await open()))
  expect(profile).toContain(authority.der.toString('base64'))
  const [uuid] = /[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}/.exec(profile) ?? []
  expect(uuid).toBeDefined()
})
