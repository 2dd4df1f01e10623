import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KINDS, type Kind } from '#contract/ids.ts'
import { formatUnit, unitName } from '../../../device/install/unit.ts'
import { type MachineUse, machineUseOf } from '../../../device/install/uses.ts'
import { readWiring } from '../../../device/wiring/wiring.ts'

const run = promisify(execFile)
const analyze = await run('systemd-analyze', ['--version']).catch(() => undefined)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const EVERYTHING: MachineUse = { gpio: true, i2c: [1], pwm: true, serial: undefined }
const unitOf = (kind: Kind, uses: MachineUse, flags: readonly string[] = []) =>
  formatUnit({ kind, program: ['/bin/true'], flags, uses, sealingKey: undefined })

test('opens the devices that the wiring uses, and gives the groups for them', () => {
  const wiring = readWiring(
    {
      board: { type: 'linux', 'i2c-bus': 3 },
      wiring: {
        sensor: { type: 'bme280' },
        heat: { pin: 17, active: 'high' },
        display: { type: 'ssd1306', address: 0x3c },
      },
    },
    { kind: 'thermostat', file: 'hall.yaml' },
  )
  const uses = machineUseOf(wiring)
  expect(uses).toEqual({ gpio: true, i2c: [3], pwm: false, serial: undefined })
  const lines = unitOf('thermostat', uses).split('\n')
  expect(lines.filter((line) => line.startsWith('DeviceAllow='))).toEqual([
    'DeviceAllow=char-gpiochip rw',
    'DeviceAllow=/dev/i2c-3 rw',
  ])
  expect(lines).toContain('SupplementaryGroups=gpio i2c')
  expect(lines).toContain('DevicePolicy=closed')
  expect(lines.some((line) => line.startsWith('ReadWritePaths='))).toBe(false)
})

test('an Arduino is its port alone', () => {
  const wiring = readWiring(
    { board: 'firmata:/dev/ttyACM0', wiring: { sensor: { type: 'bme280' }, heat: { pin: 7, active: 'high' } } },
    { kind: 'thermostat', file: 'hall.yaml' },
  )
  const text = unitOf('thermostat', machineUseOf(wiring))
  expect(text).toContain('SupplementaryGroups=dialout\n')
  expect(text.match(/DeviceAllow=.*/g)).toEqual(['DeviceAllow=/dev/ttyACM0 rw'])
})

test('a word with what systemd would read otherwise is quoted', () => {
  const text = unitOf('toaster', EVERYTHING, ['--config', '/etc/my files/100%$x.yaml'])
  expect(text).toContain('ExecStart=/bin/true toaster --config "/etc/my files/100%%$$x.yaml"\n')
  expect(text).toContain('ExecStopPost=/bin/true release toaster --config "/etc/my files/100%%$$x.yaml"\n')
})

test.skipIf(analyze === undefined).for(KINDS)(
  'systemd reads the unit of a %s without a word, and rates it 2 or less',
  async (kind) => {
    const file = join(folder, unitName(kind))
    writeFileSync(file, unitOf(kind, { ...EVERYTHING, serial: '/dev/ttyACM0' }))
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', file])
    const rated = Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])
    expect(rated).toBeLessThanOrEqual(2)
    const said = await run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', file]).catch(
      (failure: { readonly stderr: string }) => failure,
    )
    // Keys of systemd 254, which older ones skip.
    const complaints = said.stderr
      .split('\n')
      .filter((line) => line.includes(kind) && !/Restart(Steps|MaxDelaySec)/.test(line))
    expect(complaints).toEqual([])
  },
)
