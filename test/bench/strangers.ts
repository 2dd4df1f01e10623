// What strangers cost who register devices that nobody lets in: hours of it, on a clock that turns, from more addresses than are counted.
// Sends the parent its heap in MiB after each hour. strangers.ts <hours> <registrations an hour>
import { exportJWK, generateKeyPair } from 'jose'
import { minutes } from '#contract/time.ts'
import { VirtualClock } from '../../simulator/clock.ts'
import { registerRaw } from '../hub/authorization/device-client.ts'
import { startServer } from '../hub/authorization/server.ts'

const [hours = '', registrations = ''] = process.argv.slice(2)
const clock = new VirtualClock()
const server = await startServer({ clock, strangers: { perAddress: 1e9 } })
const { publicKey } = await generateKeyPair('ES256')
const jwks = { keys: [await exportJWK(publicKey)] }

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

const after: number[] = []
let taken = 0
for (let hour = 0; hour < Number(hours); hour++) {
  for (let minute = 0; minute < 60; minute++) {
    for (let n = 0; n < Number(registrations) / 60; n++) {
      const { status } = await registerRaw(server.url, { client_name: `Toaster ${n}`, device_kind: 'toaster', jwks })
      if (status === 201) taken++
    }
    await clock.advance(minutes(1))
    await server.authorization.sweep()
  }
  after.push(heap())
}
process.send?.({ after, taken }, () => process.exit(0))
