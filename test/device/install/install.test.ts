import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { install, uninstall } from '../../../device/install/install.ts'
import { readInstallSettings } from '../../../device/install/settings.ts'

const HALL = 'wiring:\n  sensor: { type: ds18b20 }\n  heat: { pin: 17, active: high }\n'
const UNIT = '/etc/systemd/system/latchkey-thermostat.service'
const WIRING = '/etc/latchkey/thermostat.yaml'

let root: string
let hall: string
let said: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-'))
  hall = join(root, 'hall.yaml')
  writeFileSync(hall, HALL)
  said = []
})
afterEach(() => rmSync(root, { recursive: true }))

function settings(...args: readonly string[]) {
  const read = readInstallSettings(['thermostat', ...args], {})
  if (read === 'help') throw new Error('no help was asked for')
  return read
}
const installer = (isRoot = false) => ({
  program: ['/usr/bin/node', '/usr/lib/latchkey/agent.mjs'],
  isRoot,
  print: (line: string) => void said.push(line),
})
const there = (path: string) => readFileSync(join(root, path), 'utf8')
const within = (...args: readonly string[]) => settings('--root', root, ...args)

test('writes unit, user, rules and wiring, and says what to run', async () => {
  expect(await install(within('--config', hall, '--hub', 'https://hub.local:8443'), installer())).toBe(0)
  expect(there(UNIT)).toContain(
    'ExecStart=/usr/bin/node /usr/lib/latchkey/agent.mjs thermostat --config /etc/latchkey/thermostat.yaml --hub https://hub.local:8443\n',
  )
  expect(there(WIRING)).toBe(HALL)
  expect(there('/etc/sysusers.d/latchkey.conf')).toContain('u latchkey -')
  expect(there('/etc/udev/rules.d/60-latchkey.rules')).toContain('GROUP="gpio"')
  for (const path of [UNIT, WIRING]) expect(statSync(join(root, path)).mode & 0o777).toBe(0o644)
  expect(readdirSync(join(root, '/etc/systemd/system'))).toEqual(['latchkey-thermostat.service'])
  expect(said.join('\n')).toContain('systemctl enable --now latchkey-thermostat.service')
  expect(
    Math.max(
      ...said
        .join('\n')
        .split('\n')
        .filter((line) => !/^ {2}|systemd-creds|^wrote/.test(line))
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80)
})

test('the authority of a hub that is its own goes where the unit can read it, and goes away with the unit', async () => {
  const pem = join(root, 'ca.pem')
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n')
  await install(within('--config', hall, '--hub', 'https://hub.local:8443', '--ca', pem), installer())
  expect(there(UNIT)).toContain(' --hub https://hub.local:8443 --ca /etc/latchkey/thermostat-ca.pem\n')
  expect(there('/etc/latchkey/thermostat-ca.pem')).toBe('-----BEGIN CERTIFICATE-----\n')
  await uninstall(within(), installer())
  expect(readdirSync(join(root, '/etc/latchkey'))).toEqual(['thermostat.yaml'])
})

test('again, it keeps the hub and the authority of the unit, and says so', async () => {
  const pem = join(root, 'ca.pem')
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n')
  const hub = 'https://[fd00::1]:8443'
  await install(within('--config', hall, '--hub', hub, '--ca', pem), installer())
  expect(said.filter((line) => /the unit/.test(line))).toEqual([])
  const before = there(UNIT)
  await install(within(), installer())
  expect(there(UNIT)).toBe(before)
  expect(said.filter((line) => /the unit:/.test(line))).toEqual([
    `kept in the unit: --hub, ${hub} of before`,
    'kept in the unit: --ca, the authority of before',
  ])
})

test('another hub takes the place of the one in the unit, and its authority goes with it', async () => {
  const pem = join(root, 'ca.pem')
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n')
  await install(within('--config', hall, '--hub', 'https://old.local:8443', '--ca', pem), installer())
  await install(within('--hub', 'https://new.local:8443'), installer())
  expect(there(UNIT)).toContain(' --hub https://new.local:8443\n')
  expect(said.filter((line) => /the unit:/.test(line))).toEqual([
    'changed in the unit: --hub, https://new.local:8443 instead of https://old.local:8443 of before',
    'gone from the unit: --ca, the authority of before',
  ])
  await install(within('--ca', pem), installer())
  expect(there(UNIT)).toContain(' --hub https://new.local:8443 --ca /etc/latchkey/thermostat-ca.pem\n')
  expect(said.filter((line) => /the unit:/.test(line)).slice(2)).toEqual([
    'kept in the unit: --hub, https://new.local:8443 of before',
    'new in the unit: --ca, the authority',
  ])
})

test('a wiring that was changed somewhere else is not what counts, and that is said', async () => {
  await install(within('--config', hall), installer())
  expect(said.join('\n')).not.toContain('change that one')
  writeFileSync(hall, HALL.replace('17', '27'))
  await install(within('--config', hall), installer())
  expect(there(WIRING)).toBe(HALL)
  expect(said.join('\n').replaceAll('\n', ' ')).toContain(
    `--config is another than ${join(root, WIRING)}, which is kept`,
  )
})

test('again, it changes nothing; and a wiring file that somebody wrote is kept, and is what the unit goes by', async () => {
  await install(within('--config', hall), installer())
  const before = statSync(join(root, UNIT)).mtimeMs
  await install(within('--config', hall), installer())
  expect(statSync(join(root, UNIT)).mtimeMs).toBe(before)
  expect(said.filter((line) => line.startsWith('as it was')).length).toBe(4)

  const own = `${HALL}  display: { type: lcd, address: 0x27 }\n`
  writeFileSync(join(root, WIRING), own)
  await install(within('--config', hall), installer())
  expect(there(WIRING)).toBe(own)
  expect(there(UNIT)).toContain('DeviceAllow=/dev/i2c-1 rw')
})

test('dry, it writes nothing and prints what it would', async () => {
  await install(within('--config', hall, '--dry-run'), installer())
  expect(existsSync(join(root, 'etc'))).toBe(false)
  expect(said.join('\n')).toContain('  | [Service]')
})

test.for([
  { what: 'who is not root', args: ['--config', 'HALL'], error: /^Cannot install as this must be run by root: .*$/ },
  { what: 'no wiring', args: ['--dry-run', '--root', 'ROOT'], error: /--config must name its wiring file: got none$/ },
  {
    what: 'a file that is not there',
    args: ['--dry-run', '--config', '/nowhere', '--root', 'ROOT'],
    error: /got none$/,
  },
])('refuses $what in one line', async ({ args, error }) => {
  const given = args.map((word) => word.replace('HALL', hall).replace('ROOT', root))
  const failed = await install(settings(...given), installer()).catch((failure: Error) => failure.message)
  expect(failed).toMatch(error)
  expect(String(failed)).not.toContain('\n')
})

test('what the .deb brought is not written again', async () => {
  mkdirSync(join(root, 'usr/lib/sysusers.d'), { recursive: true })
  writeFileSync(join(root, 'usr/lib/sysusers.d/latchkey.conf'), '')
  await install(within('--config', hall), installer())
  expect(existsSync(join(root, 'etc/sysusers.d'))).toBe(false)
})

test('seals the credentials with the key that systemd has', async () => {
  mkdirSync(join(root, 'etc/credstore.encrypted'), { recursive: true })
  writeFileSync(join(root, 'etc/credstore.encrypted/latchkey-kek'), 'sealed')
  chmodSync(join(root, 'etc/credstore.encrypted/latchkey-kek'), 0o600)
  await install(within('--config', hall), installer())
  expect(there(UNIT)).toContain('LoadCredentialEncrypted=latchkey-kek:/etc/credstore.encrypted/latchkey-kek\n')
})

test('uninstalled, the unit is gone and the wiring stays', async () => {
  await install(within('--config', hall), installer())
  expect(await uninstall(within(), installer())).toBe(0)
  expect(existsSync(join(root, UNIT))).toBe(false)
  expect(existsSync(join(root, '/etc/sysusers.d/latchkey.conf'))).toBe(false)
  expect(there(WIRING)).toBe(HALL)
  expect(await uninstall(within(), installer())).toBe(0)
})
