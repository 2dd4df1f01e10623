// A simulated home as a test pays for it: how soon it is there, what a day costs, and that a month weighs no more than a day.
import { startHome } from '../../simulator/home.ts'
import { type Figure, percentile } from './report.ts'

const MEBIBYTE = 1024 * 1024

async function secondsOf(job: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await job()
  return (performance.now() - begun) / 1000
}

/** Three paired devices each time, over the real broker. The first start loads the code and is not counted. */
export async function simulatedDays(quick: boolean): Promise<readonly Figure[]> {
  const starts: number[] = []
  for (let round = 0; round <= (quick ? 1 : 5); round++) {
    const taken = await secondsOf(async () => {
      await using _home = await startHome({ seed: round })
    })
    if (round > 0) starts.push(taken)
  }
  const start = { name: 'startHome(), three paired devices (median)', value: percentile(starts, 0.5), unit: 's' }
  if (quick) return [start]

  const days: number[] = []
  for (let round = 0; round < 5; round++) {
    await using home = await startHome({ seed: 7 })
    days.push(await secondsOf(() => home.advance('1d')))
  }
  await using home = await startHome({ seed: 7 })
  const week = await secondsOf(() => home.advance('7d'))
  const early = heapMiB()
  await home.advance('23d')
  return [
    { ...start, reach: 'to reach: 1 s' },
    { name: 'one simulated day (median)', value: percentile(days, 0.5), unit: 's', reach: 'to reach: 2 s' },
    { name: 'seven simulated days', value: week, unit: 's', reach: 'to reach: 12 s' },
    { name: 'live heap after 7 simulated days', value: early, unit: 'MiB' },
    { name: 'live heap after 30 simulated days', value: heapMiB(), unit: 'MiB', reach: 'to reach: flat' },
  ]
}

/** What is really alive, where the collector can be called (`node --expose-gc`, as `npm run bench` does). */
function heapMiB(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / MEBIBYTE
}
