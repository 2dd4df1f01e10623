// Many devices at once: the hub in a process of its own, the fleet in this one.
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { runFleet } from '../../simulator/fleet/fleet.ts'
import { openGround } from '../../simulator/fleet/ground.ts'
import { isGood, reportOf } from '../../simulator/fleet/report.ts'
import type { Figure } from './report.ts'

/** Messages a second of each device: one of three every ten seconds is what a home of ours says. */
const RATE = 0.1

export async function fleetFigures(count: number): Promise<readonly Figure[]> {
  await using ground = await openGround({ type: 'own', tokenLifetime: undefined, log: 'error' }, systemClock)
  const measured = await runFleet({
    ...{ ground, devices: count, holdFor: seconds(10), rate: RATE, clock: systemClock, random: Math.random },
    stop: ground.gone,
    onProgress: () => {},
  })
  const report = reportOf(measured)
  if (!isGood(report))
    throw new Error(`the fleet was not whole: ${JSON.stringify({ ...report.devices, ...report.troubles })}`)
  const { pairing, holding, hub } = report
  const figures: readonly (Omit<Figure, 'value'> & { readonly value: number | null })[] = [
    { name: `${count} devices paired and held`, value: pairing.seconds, unit: 's', reach: 'to reach: 2,000 in 60 s' },
    { name: 'a whole pairing, p50', value: pairing.p50, unit: 's' },
    { name: 'a whole pairing, p99', value: pairing.p99, unit: 's' },
    { name: `publish to delivery with ${count} devices, p99`, value: holding.p99, unit: 'ms' },
    { name: `hub, resident memory, ${count} devices`, value: hub.residentMiB, unit: 'MiB', reach: 'to reach: 400 MiB' },
    { name: 'hub, CPU of a pairing', value: perDevice(hub.pairingCpuSeconds, count), unit: 'ms' },
  ]
  // What this system does not tell is no figure.
  return figures.flatMap(({ value, ...figure }) => (value === null ? [] : [{ ...figure, value }]))
}

const perDevice = (cpuSeconds: number | null, count: number): number | null =>
  cpuSeconds === null ? null : (cpuSeconds * 1000) / count
