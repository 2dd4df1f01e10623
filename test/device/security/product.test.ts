// A panel with its codes, and somebody at its machine.
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { runProduct } from '../../../device/run.ts'
import { readPanelLog } from '../../../device/security/log.ts'
import { examine } from '../../../device/security/log-chain.ts'
import { createPanel } from '../../../device/security/product.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { simulatePanel } from '../../../simulator/security/hardware.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const ZONES = ['front-door', 'back-door', 'kitchen-window', 'hall-motion']

async function panel() {
  const clock = new VirtualClock()
  const hardware = simulatePanel({ zones: ZONES, clock })
  const { product, codes } = await createPanel({ folder, hardware, clock, log: quiet })
  if (!codes.any) await codes.add('04921', { user: 'Anna' })
  const settings = { load: async () => undefined, save: async () => {} }
  const running = await runProduct({ product, settings, clock, log: quiet })
  await clock.advance(seconds(1))
  const obey = (action: string, code?: string) =>
    running.obey({ path: 'panel/command', value: { action, ...(code !== undefined && { code }) } })
  const log = async () => examine((await product.log?.read()) ?? '').entries.map(({ event, facts }) => [event, facts])
  return { clock, hardware, codes, running, obey, log, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

test('codes are removed from a disarmed panel alone, and added at any time', async () => {
  await using home = await panel()
  const { codes, obey, clock } = home
  await codes.add('11111', { user: 'Ben' })
  expect(await obey('ARM_AWAY')).toEqual({ ok: true })
  await expect(codes.remove('Ben')).rejects.toThrow('Cannot remove a code as the panel must be disarmed: it is not')
  await clock.advance(seconds(70))
  await expect(codes.remove('Ben')).rejects.toThrow('must be disarmed')
  await codes.add('22222', { user: 'Carl' })
  expect(await obey('DISARM', '22222')).toEqual({ ok: true })
  expect(await codes.remove('Ben')).toEqual({ user: 'Ben', role: 'full' })
  expect(codes.list().map(({ user }) => user)).toEqual(['Anna', 'Carl'])
})

test('the log has the whole story, from the first code to the last switch, and never a code', async () => {
  {
    await using home = await panel()
    const { codes, obey, hardware, clock } = home
    await codes.add('11111', { user: 'Ben', duress: true })
    await obey('ARM_AWAY')
    await clock.advance(seconds(61))
    hardware.openZone('front-door')
    await clock.advance(seconds(5))
    await hardware.type('54321#')
    await hardware.type('11111#')
    await codes.remove('Ben')
    expect(await home.log()).toEqual([
      ['code_added', { user: 'Anna', role: 'full' }],
      ['started', { state: 'disarmed', memory: 'new' }],
      ['code_added', { user: 'Ben', role: 'duress' }],
      ['arming', { mode: 'armed_away', from: 'hub' }],
      ['armed', { mode: 'armed_away', zones: [] }],
      ['entry', { zones: ['front-door'] }],
      ['wrong_code', { from: 'device' }],
      ['disarmed', { user: 'Ben', from: 'device' }],
      ['duress', { user: 'Ben', from: 'device' }],
      ['code_removed', { user: 'Ben', role: 'duress' }],
    ])
  }
  const text = await readPanelLog(folder)
  expect(examine(text)).toMatchObject({ broken: [], entries: { 10: { event: 'stopped' } } })
  expect(text).not.toMatch(/04921|11111|54321/)
})

test('a disk that takes no log keeps no panel from working', async () => {
  mkdirSync(join(folder, 'panel-log.ndjson'))
  await using home = await panel()
  const { obey, hardware, clock, running } = home
  expect(await obey('ARM_AWAY')).toEqual({ ok: true })
  await clock.advance(seconds(61))
  hardware.openZone('kitchen-window')
  await clock.advance(seconds(1))
  expect(hardware.siren).toBe(true)
  expect(await obey('DISARM', '04921')).toEqual({ ok: true })
  expect(running.properties().get('panel/state')).toBe('disarmed')
  rmdirSync(join(folder, 'panel-log.ndjson'))
})
