// A panel with its codes, and somebody at its machine.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { runProduct } from '../../../device/run.ts'
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
  const { product, codes } = await createPanel({ folder, hardware, log: quiet })
  if (!codes.any) await codes.add('04921', { user: 'Anna' })
  const settings = { load: async () => undefined, save: async () => {} }
  const running = await runProduct({ product, settings, clock, log: quiet })
  await clock.advance(seconds(1))
  const obey = (action: string, code?: string) =>
    running.obey({ path: 'panel/command', value: { action, ...(code !== undefined && { code }) } })
  return { clock, hardware, codes, running, obey, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
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
