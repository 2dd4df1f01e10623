import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
const setup = (...flags: readonly string[]) => {
  const config = readDeviceConfig(['thermostat', '--data', join(folder, `${devices++}`), ...flags], {})
  if (config === 'help') throw new Error('Cannot set up as help was asked for')
  return readSetup(config, pino({ level: 'silent' }))
}

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

test.for([
  { flags: [], says: 'Cannot open the board as --config must name a file' },
  { flags: ['--board', 'pi'], says: 'Cannot use LATCHKEY_BOARD (--board) as it must be linux, simulated or firmata' },
  { flags: ['--config', '/nowhere.yaml'], says: 'Cannot use /nowhere.yaml as it must be a file that can be read' },
])('$flags is wrong usage: $says', async ({ flags, says }) => {
  await expect(async () => setup(...flags)).rejects.toThrow(says)
})
