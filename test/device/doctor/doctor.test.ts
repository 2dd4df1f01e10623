import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { instant } from '#contract/time.ts'
import { OWN_HUB } from '../../../device/discovery.ts'
import { lookAtCredentials, lookAtData } from '../../../device/doctor/data.ts'
import { about, formatFindings } from '../../../device/doctor/finding.ts'
import { lookAtClock, lookAtNode } from '../../../device/doctor/machine.ts'
import { lookAtNetwork } from '../../../device/doctor/network.ts'
import { askRunning, lookAtAgent, lookAtPi, lookAtUnit } from '../../../device/doctor/running.ts'
import { chooseServer } from '../../../device/doctor/server.ts'
import { lookAtWiring } from '../../../device/doctor/wiring.ts'
import { lookupLocal } from '../../../device/lookup.ts'
import { freePort } from '../../processes.ts'
import { createPlace } from '../local/device.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const me = process.getuid?.() ?? 0
const NOTHING = { hub: undefined, ca: undefined }
const network = {
  ...{ hub: undefined, ca: undefined, kept: {}, lookup: lookupLocal, clock: systemClock },
  discover: () => Promise.reject(new Error('nobody looks for a hub')),
}

test('a terminal of 80 columns shows each finding and what to do', () => {
  const wiring = about('thermostat wiring')
  const text = formatFindings([
    wiring.ok('/etc/latchkey/thermostat.yaml is valid'),
    wiring.problem(`GPIO17 of "wiring.heat" is held by "${'a very long name '.repeat(5).trim()}"`, 'end that program'),
  ])
  const lines = text.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines[0]).toBe('ok       thermostat wiring  /etc/latchkey/thermostat.yaml is valid')
  expect(lines.at(-3)).toBe('                            → end that program')
  expect(lines.at(-1)).toBe('1 problem, 0 warnings.')
})

test.for([
  { version: '24.21.0', level: 'ok' },
  { version: '26.0.0', level: 'ok' },
  { version: '20.18.1', level: 'problem' },
])('Node $version: $level', ({ version, level }) => {
  expect(lookAtNode(version).level).toBe(level)
})

test('a clock in 1970 is a problem, and one that nobody confirmed a warning', () => {
  const at = (now: number) => ({ ...systemClock, now: () => instant(now) })
  expect(lookAtClock(at(60_000))).toMatchObject({ level: 'problem', says: expect.stringContaining('1970-01-01T00:01') })
  expect(lookAtClock(at(Date.UTC(2027, 0, 1)), join(folder, 'none'))).toMatchObject({ level: 'warning' })
  writeFileSync(join(folder, 'synchronized'), '')
  expect(lookAtClock(at(Date.UTC(2027, 0, 1)), join(folder, 'synchronized'))).toMatchObject({ level: 'ok' })
})

test('a data folder that others may read is told, with the command that closes it', async () => {
  chmodSync(folder, 0o755)
  expect(await lookAtData(folder, me)).toContainEqual({
    ...{ level: 'warning', about: 'data', says: `${folder} has mode 755`, todo: `chmod 700 ${folder}` },
  })
  chmodSync(folder, 0o700)
  expect((await lookAtData(folder, me)).every(({ level }) => level === 'ok')).toBe(true)
  expect(await lookAtData(join(folder, 'later'), me)).toMatchObject([{ level: 'ok' }])
  writeFileSync(join(folder, 'file'), '')
  expect(await lookAtData(join(folder, 'file'), me)).toMatchObject([{ level: 'problem' }])
})

test('says plainly what a key file protects, and that one which others may read protects nothing', async () => {
  writeFileSync(join(folder, 'credentials.key'), 'key', { mode: 0o600 })
  expect(await lookAtCredentials(folder, undefined)).toEqual([
    {
      ...{ level: 'ok', about: 'credentials' },
      says: 'sealed by a key file beside them: it protects a leaked file, not a stolen card',
    },
  ])
  chmodSync(join(folder, 'credentials.key'), 0o644)
  expect(await lookAtCredentials(folder, undefined)).toContainEqual(expect.objectContaining({ level: 'problem' }))
})

test('a hub that is not there, and one that answers a page', async () => {
  const hub = new URL(`http://localhost:${await freePort()}`)
  expect(await lookAtNetwork({ ...network, hub })).toMatchObject([
    { level: 'problem', says: expect.stringContaining('ECONNREFUSED') },
  ])
  const server = createServer((_, answer) => answer.end('<html>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const page = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await lookAtNetwork({ ...network, hub: page })).toMatchObject([{ level: 'problem', about: 'hub' }])
  server.close()
})

test('a hub that is there and an agent that runs', async () => {
  await using place = await createPlace()
  const found = await lookAtNetwork({ ...network, hub: place.issuer })
  expect(found.map(({ level, about }) => `${about}: ${level}`)).toEqual(['hub: ok', 'clock: ok'])
  expect(lookAtAgent('thermostat', await askRunning(place.folder, systemClock))).toEqual({
    ...{ level: 'warning', about: 'agent' },
    says: `Cannot ask the agent of ${place.folder} as it must be running: got none there. Does --data name its folder?`,
    todo: 'start it: systemctl start latchkey-thermostat.service, or latchkey device thermostat',
  })
  await using agent = await place.start()
  const device = await place.approve(agent)
  expect(lookAtAgent('thermostat', await askRunning(place.folder, systemClock))).toEqual({
    level: 'ok',
    about: 'agent',
    says: `In: ${device}`,
  })
})

test('looks at the hub of the agent that runs, and else at the one that let it in', async () => {
  await using place = await createPlace()
  const known = { told: NOTHING, installed: undefined, folder: place.folder, credentialsDirectory: undefined }
  expect(await chooseServer({ ...known, reply: undefined })).toEqual({ ...NOTHING, kept: {} })
  const agent = await place.start()
  await place.approve(agent)
  const reply = await askRunning(place.folder, systemClock)
  if (reply instanceof Error) throw reply
  expect(await chooseServer({ ...known, reply })).toEqual({ hub: place.issuer, ca: undefined, kept: {} })
  await agent[Symbol.asyncDispose]()
  const stopped = await chooseServer({ ...known, reply: undefined })
  expect(stopped).toMatchObject({ hub: undefined, kept: { registration: { issuer: place.issuer.href } } })
  expect(await lookAtNetwork({ ...network, ...stopped })).toMatchObject([{ level: 'ok', about: 'hub' }, {}])
})

test.for([
  { what: 'the unit has', told: NOTHING, hub: 'https://unit.local/', ca: 'of the unit' },
  { what: 'a person names', told: { hub: 'https://told.local', ca: undefined }, hub: 'https://told.local/' },
])('looks at the hub that $what', async ({ told, hub, ca }) => {
  const installed = { hub: 'https://unit.local', ca: 'of the unit' }
  const known = { folder, credentialsDirectory: undefined, reply: undefined }
  expect(await chooseServer({ ...known, told, installed })).toEqual({ hub: new URL(hub), ca, kept: {} })
})

test('a person’s word goes before what the agent that runs says', async () => {
  const reply = { ok: true, pid: 1, server: { issuer: 'https://running.local/', ca: 'of the agent' } }
  const known = { installed: undefined, folder, credentialsDirectory: undefined, reply }
  const told = { hub: 'https://told.local', ca: undefined }
  expect(await chooseServer({ ...known, told })).toEqual({
    hub: new URL('https://told.local'),
    ca: undefined,
    kept: {},
  })
  expect(await chooseServer({ ...known, told: NOTHING })).toMatchObject({ ca: 'of the agent' })
})

test('no hub anywhere is a warning, and several are a problem: an agent would find the same', async () => {
  expect(await lookAtNetwork({ ...network, discover: async () => ({ issuer: OWN_HUB, ca: undefined }) })).toMatchObject(
    [{ level: 'warning', says: 'none announces itself in this network, and there is none on this machine' }],
  )
  const discover = () => Promise.reject(new Error('Cannot choose a hub as one must be named with --hub: got two'))
  expect(await lookAtNetwork({ ...network, discover })).toMatchObject([
    { level: 'problem', says: expect.stringContaining('got two') },
  ])
})

test('wiring that is wrong is the one line that the agent would say', async () => {
  const file = join(folder, 'hall.yaml')
  writeFileSync(file, 'wiring: { sensor: { type: ds18b20 }, heat: { pin: 17 } }\n')
  expect(await lookAtWiring('thermostat', file)).toMatchObject([
    { level: 'problem', says: expect.stringContaining('at "wiring.heat.active" as it must be low or high') },
  ])
  expect(await lookAtWiring('thermostat', join(folder, 'none.yaml'))).toMatchObject([{ level: 'problem' }])
  writeFileSync(file, 'board: simulated\nwiring: { sensor: { type: ds18b20 }, heat: { pin: 17, active: high } }\n')
  expect(await lookAtWiring('thermostat', file)).toMatchObject([{ level: 'ok' }, { level: 'warning' }])
})

test('a Raspberry Pi that keeps its outputs driven is told how not to', () => {
  const files = ['model', 'config', 'commandLine'].map((name) => [name, join(folder, name)] as const)
  const { model = '', config = '', commandLine = '' } = Object.fromEntries(files)
  const pi = { model, config, commandLine }
  expect(lookAtPi(pi)).toEqual([])
  writeFileSync(model, 'Raspberry Pi 4 Model B Rev 1.4\0')
  expect(lookAtPi(pi)).toMatchObject([{ level: 'warning', todo: expect.stringContaining('strict_gpiod') }])
  writeFileSync(config, 'dtparam=i2c_arm=on\ndtparam=strict_gpiod\n')
  expect(lookAtPi(pi)).toMatchObject([{ level: 'ok' }])
})

test('a unit that is not installed is a warning', async () => {
  expect(await lookAtUnit('toaster', folder)).toMatchObject([{ level: 'warning' }])
  mkdirSync(join(folder, 'etc/systemd/system'), { recursive: true })
  writeFileSync(join(folder, 'etc/systemd/system/latchkey-toaster.service'), '[Service]\nExecStart=/bin/true\n')
  const [found] = await lookAtUnit('toaster', folder)
  // Where there is a systemd-analyze, a unit without a sandbox is rated.
  expect(['ok', 'warning']).toContain(found?.level)
})
