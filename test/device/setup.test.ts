import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Kind } from '#contract/ids.ts'
import { instant, millis } from '#contract/time.ts'
import { readDeviceConfig } from '../../device/config.ts'
import { readSetup } from '../../device/setup.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-setup-'))
  await writeFile(
    join(folder, 'hall.yaml'),
    'name: Hall\nboard: simulated\nwiring: { sensor: { type: bme280 }, heat: { pin: 17, active: high } }\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))

let devices = 0
/** Of a device that never ran before. */
const setup = (...flags: readonly string[]) => setupOf('thermostat', ...flags)
const setupOf = (kind: Kind, ...flags: readonly string[]) => {
  const config = readDeviceConfig([kind, '--data', join(folder, `${devices++}`), ...flags], {})
  if (config === 'help') throw new Error('Cannot set up as help was asked for')
  return readSetup(config, pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) }))
}
const said: string[] = []
beforeEach(() => {
  said.length = 0
})

/** A device of a file that is tried on a simulated board, without its hardware. */
async function tried(kind: Kind, text: string) {
  const file = join(folder, `tried-${kind}.yaml`)
  await writeFile(file, text)
  const { open } = await setupOf(kind, '--config', file, '--board', 'simulated')
  const opened = await open()
  await opened.product.hardware[Symbol.asyncDispose]()
  return opened
}
const SAID = 'the board is simulated: of the file counts how the device behaves, not what is wired where'

test.for([
  { what: 'the command line', flags: ['--name', 'Attic'], name: 'Attic' },
  { what: 'the file', flags: [], name: 'Hall' },
])('a device is called what $what says', async ({ flags, name }) => {
  expect((await setup('--config', join(folder, 'hall.yaml'), ...flags)).name).toBe(name)
})

test('the board is what the file says', async () => {
  const { open } = await setup('--config', join(folder, 'hall.yaml'))
  const { product } = await open()
  expect(product.control.kind).toBe('thermostat')
  await product.hardware[Symbol.asyncDispose]()
})

test('a simulated device needs no file', async () => {
  expect((await setup('--board', 'simulated')).name).toBe('Thermostat')
})

test('a simulated thermostat keeps to the week of its file, whatever its pins are on', async () => {
  const { product } = await tried(
    'thermostat',
    `board: firmata:/dev/ttyACM0
wiring: { sensor: { type: bme280 }, heat: { pin: 52, active: high } }
behaviour:
  schedule: { time-zone: UTC, week: [{ days: daily, at: "06:30", preset: sleep }] }
`,
  )
  const at = { wall: instant(Date.UTC(2030, 0, 14, 7)), uptime: millis(0) }
  expect(product.control.properties(product.control.begin(undefined, at), at)['climate/preset']).toBe('sleep')
  expect(said).toEqual([SAID])
})

test('a simulated panel has the zones and the delays of its file', async () => {
  const { product } = await tried(
    'security',
    `wiring:
  zones: [{ id: gate, name: Gate, sensor: door, pin: 5, entry: true }]
  siren: { pin: 17, active: high }
behaviour: { exit-delay-seconds: 45 }
`,
  )
  expect(product.zones).toEqual([{ id: 'gate', name: 'Gate', sensor: 'door', entry: true }])
  const { control } = product
  const at = { wall: instant(Date.UTC(2030, 0, 14, 7)), uptime: millis(0) }
  const shut = control.hear(control.begin(undefined, at), { type: 'zone', zone: 'gate', open: false }, at).state
  const value = { action: 'ARM_AWAY', codeCheck: 'absent', codeSet: true }
  const arming = control.obey(shut, { path: 'panel/command', value }, at).state
  expect(control.properties(arming, at)['panel/transition']).toMatchObject({ deadline: '2030-01-14T07:00:45.000Z' })
})

test.for([true, false])('the lever of a simulated toaster starts it where its file says so: %s', async (starts) => {
  const file = join(folder, 'lever.yaml')
  await writeFile(
    file,
    `wiring:
  heater: { pin: 17, active: high }
  carriage: { pin: 22 }
  magnet: { pin: 23, active: high }
  cancel: { pin: 24 }
behaviour: { lever-starts: ${starts} }
`,
  )
  const { product } = await (await setupOf('toaster', '--config', file, '--board', 'simulated')).open()
  const keys: unknown[] = []
  product.hardware.listen(
    (reading) => {
      const { type, key } = reading as { type: string; key?: string }
      if (type === 'key') keys.push(key)
    },
    async () => ({ ok: true }),
  )
  expect(keys.includes('start')).toBe(starts)
  await product.hardware[Symbol.asyncDispose]()
})

test('a file that is tried is judged by the board that it names', async () => {
  const text = 'wiring: { sensor: { type: bme280 }, heat: { pin: 52, active: high } }\n'
  await expect(tried('thermostat', `board: linux\n${text}`)).rejects.toThrow('must be one of GPIO0 to GPIO27: got 52')
  await expect(tried('thermostat', `board: firmata:/dev/ttyACM0\n${text}`)).resolves.toBeDefined()
})

test.for([
  { flags: [], says: 'Cannot open the board as --config must name a file' },
  { flags: ['--board', 'pi'], says: 'Cannot use LATCHKEY_BOARD (--board) as it must be linux, simulated or firmata' },
  { flags: ['--config', '/nowhere.yaml'], says: 'Cannot use /nowhere.yaml as it must be a file that can be read' },
])('$flags is wrong usage: $says', async ({ flags, says }) => {
  await expect(async () => setup(...flags)).rejects.toThrow(says)
})
