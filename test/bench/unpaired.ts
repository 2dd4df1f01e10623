// Whether memory stays where it is while strangers register devices that nobody ever lets in.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Figure } from './report.ts'

export async function unpairedFigures(options: {
  readonly hours: number
  /** An hour. */
  readonly registrations: number
}): Promise<readonly Figure[]> {
  const { hours, registrations } = options
  const program = fileURLToPath(new URL('./strangers.ts', import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', program, String(hours), String(registrations)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ after, taken }] = (await once(child, 'message')) as [{ after: number[]; taken: number }]
  const name = `heap, ${registrations.toLocaleString('en')} devices an hour, none let in`
  return [
    { name: `${name}, hour 1`, value: after[0] ?? Number.NaN, unit: 'MiB' },
    { name: `${name}, hour ${hours}`, value: after.at(-1) ?? Number.NaN, unit: 'MiB', reach: 'flat' },
    { name: 'of those devices were registered', value: (100 * taken) / (hours * registrations), unit: '%' },
  ]
}
