// Whole device grants: device authorization, a person's approval on the page, redemption; two of three with a signed assertion, and all
// kept durably.
import { createBareDevice } from '../hub/authorization/device-client.ts'
import type { Person } from '../person.ts'
import { type Figure, percentile } from './report.ts'

export async function deviceGrants(options: {
  readonly base: URL
  readonly owner: Person
  readonly count: number
  /** Processor seconds of the server so far. */
  readonly cpu: () => Promise<number>
}): Promise<readonly Figure[]> {
  const { base, owner, count, cpu } = options
  const devices = await Promise.all(Array.from({ length: count }, () => createBareDevice(base)))
  const times: number[] = []
  const before = await cpu()
  const begun = performance.now()
  for (const device of devices) {
    const started = performance.now()
    const { deviceCode, userCode } = await device.askForCode()
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    const { status } = await device.redeem(deviceCode)
    if (status !== 200) throw new Error(`grant answered ${status}`)
    times.push(performance.now() - started)
  }
  const wall = (performance.now() - begun) / 1000
  const spent = (await cpu()) - before
  const name = 'device grants, one by one'
  return [
    { name, value: count / wall, unit: '/s' },
    { name: `${name}, per CPU second`, value: count / spent, unit: '/s' },
    { name: `${name}, p50`, value: percentile(times, 0.5), unit: 'ms' },
    { name: `${name}, p99`, value: percentile(times, 0.99), unit: 'ms' },
  ]
}
