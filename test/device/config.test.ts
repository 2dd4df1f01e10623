import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import type { Environment } from '#contract/settings.ts'
import { readDeviceConfig } from '../../device/config.ts'
import { openAuthority } from '../../hub/tls/authority.ts'

let key: string
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-config-'))
  key = join(folder, 'key.pem')
  writeFileSync(key, '-----BEGIN PRIVATE KEY-----\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const refusal = (args: readonly string[], env: Environment = {}) => {
  try {
    readDeviceConfig(args, env)
    return undefined
  } catch (error) {
    return `${error}`
  }
}

test.for([
  { args: ['--log', 'loud'], says: /LATCHKEY_LOG \(--log\) as it must be one of trace, .*: got "loud"/ },
  { args: ['--name', 'x'.repeat(49)], says: /LATCHKEY_NAME \(--name\) as it must be 1 to 48 letters/ },
  { args: ['--name', ' '], says: /--name/ },
  { args: ['--pairing-image', 'code.gif'], says: /must end with .png or .pbm/ },
  { args: ['--scope', 'openid'], says: /--scope as it needs --issuer/ },
  { args: ['--audience', 'home'], says: /--audience as it needs --issuer/ },
  { args: ['--client-secret-file', 'secret.txt'], says: /--client-secret-file as it needs --issuer/ },
  { args: ['--device-id', 'thermostat-hall01'], says: /--device-id as it needs --issuer/ },
  { args: ['--nonsense'], says: /UsageError: Unknown option '--nonsense': see --help$/ },
  { args: ['--keep-events=yes'], says: /see --help$/ },
] as const)('$args is refused in one line that says why', ({ args, says }) => {
  expect(refusal(['thermostat', ...args])).toMatch(says)
})

test('a switch in the environment is true or false, and nothing that would silently be neither', () => {
  expect(refusal(['thermostat'], { LATCHKEY_KEEP_EVENTS: 'yes' })).toMatch(
    /LATCHKEY_KEEP_EVENTS as it must be true or f/,
  )
  expect(readDeviceConfig(['thermostat'], { LATCHKEY_KEEP_EVENTS: 'true' })).toMatchObject({ keepEvents: true })
  for (const off of ['false', ''])
    expect(readDeviceConfig(['thermostat'], { LATCHKEY_KEEP_EVENTS: off })).toMatchObject({ keepEvents: false })
})

test('a file of an authority holds a certificate', () => {
  expect(refusal(['thermostat', '--ca', key])).toMatch(/LATCHKEY_CA \(--ca\) as its file must hold a certificate/)
})

test('an authority as the hub hands it out to phones is taken as PEM', async () => {
  const { der, pem } = await openAuthority({ folder, clock: systemClock })
  writeFileSync(join(folder, 'latchkey-ca.crt'), new Uint8Array(der))
  const config = readDeviceConfig(['thermostat', '--ca', join(folder, 'latchkey-ca.crt')], {})
  expect(config).toMatchObject({ ca: expect.stringContaining(pem.trim()) })
})

test('a kind that there is not is named', () => {
  expect(refusal(['toastr'])).toMatch(/must be one of thermostat, toaster, security: got "toastr"/)
})

test('which device it is elsewhere is a device of its kind', () => {
  const elsewhere = ['--issuer', 'https://id.example', '--client-id', 'hall', '--mqtt', 'mqtts://broker.example']
  const read = (id: string) => readDeviceConfig(['thermostat', ...elsewhere, '--device-id', id], {})
  expect(read('thermostat-hall01')).toMatchObject({ identity: { device: 'thermostat-hall01' } })
  for (const wrong of ['toaster-hall01', 'thermostat-hall', 'hall'])
    expect(() => read(wrong)).toThrow('Cannot use LATCHKEY_DEVICE_ID (--device-id) as it must be thermostat- and six')
})
