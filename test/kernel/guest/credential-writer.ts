// Saves credentials as fast as it can, on a machine whose power will be cut: `credential-writer.ts <folder>`. Says `STATE <n>` for the save
// it found at its start, and `ACK <n>` for each one that is on disk; `STATE lost` where a person would have to pair again.
import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { systemClock } from '#contract/clock.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { openCredentials } from '../../../device/credentials/store.ts'

const [folder = '/data/device'] = process.argv.slice(2)
const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
const store = await openCredentials({ folder, credentialsDirectory: undefined, clock: systemClock, log })

// The number of a save is in what was saved: the store's own sequence rises at a start too, when it makes its two copies the same.
const { grant } = store.current
let saves = grant === undefined ? 0 : Number(/^token-(\d+)-/.exec(grant.refreshToken)?.[1])
console.log(`STATE ${saves > 0 || store.sequence === 1 ? saves : 'lost'}`)

const registration = { issuer: 'http://localhost:8080/', device: parseDeviceId('toaster-k3f9ab', 'the writer') }
for (;;) {
  saves += 1
  const refreshToken = `token-${saves}-${randomBytes(24).toString('base64url')}`
  await store.save({ ...store.current, registration, grant: { refreshToken } })
  console.log(`ACK ${saves}`)
}
