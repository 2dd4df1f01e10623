// Whole device grants: device authorization, approval, redemption, each with a signed assertion and a durable store.

import { createBareDevice } from '../hub/authorization/device-client.ts'
import { startServer } from '../hub/authorization/server.ts'
import { becomeOwner } from '../person.ts'
import type { Figure } from './report.ts'

export async function deviceGrants(count: number): Promise<readonly Figure[]> {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const devices = await Promise.all(Array.from({ length: Math.min(count, 50) }, () => createBareDevice(server.url)))
  const cpu = process.cpuUsage()
  const begun = performance.now()
  for (const device of devices) {
    const { deviceCode, userCode } = await device.askForCode()
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    const { status } = await device.redeem(deviceCode)
    if (status !== 200) throw new Error(`grant answered ${status}`)
  }
  const wall = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return [
    { name: 'device grants, one after the other, client included', value: devices.length / wall, unit: '/s' },
    {
      name: 'device grants per CPU second, client included',
      value: devices.length / ((user + system) / 1e6),
      unit: '/s',
    },
  ]
}
