// A thermostat's control by itself, on a clock that turns: what a day of it costs, that it writes nothing while nothing changes, and that a
// month weighs no more than a day.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hours, seconds } from '#contract/time.ts'
import { runProduct } from '../../device/run.ts'
import { openSettings } from '../../device/settings.ts'
import { openThermostat } from '../../simulator/board.ts'
import { VirtualClock } from '../../simulator/clock.ts'
import { quiet } from '../quiet.ts'
import type { Figure } from './report.ts'

export async function controlFigures(days: number): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const clock = new VirtualClock()
  const { product } = openThermostat(clock)
  const settings = await openSettings({ folder, name: 'thermostat', clock, log: quiet })
  let saved = 0
  const counting: typeof settings = {
    load: () => settings.load(),
    save: async (next) => {
      saved += 1
      await settings.save(next)
    },
  }
  const watchdog = { every: seconds(10), alive: () => {} }
  await using _running = await runProduct({ product, settings: counting, watchdog, clock, log: quiet })
  await clock.advance(hours(24))
  const early = heapMiB()
  saved = 0
  const { user, system } = process.cpuUsage()
  await clock.advance(hours(24 * days))
  const used = process.cpuUsage()
  const cpuSeconds = (used.user - user + used.system - system) / 1e6
  const figures: readonly Figure[] = [
    { name: 'control, processor time of an hour', value: (cpuSeconds / (24 * days)) * 1000, unit: 'ms' },
    { name: `control, writes in ${24 * days} hours of regulating`, value: saved, unit: '', reach: 'to reach: 0' },
    { name: 'control, live heap after a day', value: early, unit: 'MiB' },
    { name: `control, live heap after ${days + 1} days`, value: heapMiB(), unit: 'MiB', reach: 'to reach: flat' },
  ]
  rmSync(folder, { recursive: true })
  return figures
}

function heapMiB(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / (1024 * 1024)
}
