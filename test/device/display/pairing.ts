// A device that shows a code.
import { parseDeviceId } from '#contract/ids.ts'
import { minutes, seconds } from '#contract/time.ts'
import type { Status } from '../../../device/status.ts'

export const createPairing = (host = 'hub.local'): Extract<Status, { phase: 'pairing' }> => ({
  phase: 'pairing',
  device: parseDeviceId('thermostat-k3f9ab', 'a test'),
  authorization: {
    deviceCode: 'secret',
    userCode: 'WDJB-MJHT',
    verificationUri: `https://${host}/pair`,
    verificationUriComplete: `https://${host}/pair?user_code=WDJB-MJHT`,
    lifetime: minutes(10),
    interval: seconds(5),
  },
})
