import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { minutes } from '#contract/time.ts'
import { createTeller, formatPairing, formatStatus } from '../../device/terminal.ts'
import { formatHub } from '../../hub/terminal.ts'

const device = parseDeviceId('security-k3f9ab', 'the test')
const pairing = (base: string) => ({
  phase: 'pairing' as const,
  device,
  authorization: {
    deviceCode: 'a-secret-between-device-and-hub',
    userCode: 'WDJB-MJHT',
    verificationUri: `${base}/pair`,
    verificationUriComplete: `${base}/pair?user_code=WDJB-MJHT`,
    lifetime: minutes(10),
    interval: undefined,
  },
})
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length))

test.for(['http://localhost:8080', 'https://hub.local:8443'])(
  'the code, the address and the QR for %s fit 80 columns',
  (base) => {
    const text = formatPairing('Security panel', pairing(base))
    expect(widest(text)).toBeLessThanOrEqual(80)
    for (const shown of ['Security panel', 'WDJB-MJHT', `${base}/pair`, '10 minutes', '█'])
      expect(text).toContain(shown)
    expect(text).not.toContain('a-secret')
  },
)

test('a device that was put out says so, and what to do', () => {
  expect(formatStatus('Toaster', { phase: 'unpaired', because: 'revoked' }, 'Press Enter for a new code.')).toBe(
    'Toaster was put out. Press Enter for a new code.',
  )
  expect(formatStatus('Toaster', { phase: 'unpaired', because: 'expired' }, 'Go on.')).toBe(
    'Toaster was not let in before its code ended. Go on.',
  )
  expect(formatStatus('Toaster', { phase: 'online', device }, '')).toBe('Toaster is in: security-k3f9ab')
})

test('a hub that stays away is said once, and once more when it was there meanwhile', () => {
  const said: string[] = []
  const tell = createTeller({ name: 'Hall', again: '', print: (text) => void said.push(text) })
  const away = { phase: 'offline', because: 'no answer within ten seconds' } as const
  for (const status of [away, away, { phase: 'offline', because: 'another' }, { phase: 'starting' }, away] as const)
    tell(status)
  for (const status of [{ phase: 'online', device }, away, away] as const) tell(status)
  const line = 'Hall is offline: no answer within ten seconds. It goes on alone and tries again.'
  expect(said).toEqual([line, line.replace(away.because, 'another'), line, 'Hall is in: security-k3f9ab', line])
})

test('the hub says where its page is, how to become the owner, and what to compare, in 80 columns', () => {
  const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
  const facts = {
    publicUrl: new URL('https://hub.local:8443'),
    ownerLink: new URL('https://hub.local:8443/setup#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
    trust: { page: new URL('http://hub.local:8444/trust'), fingerprint, pem: '' },
    mqttPort: 1883,
    mqttsPort: 8883,
  }
  const text = formatHub(facts)
  expect(widest(text)).toBeLessThanOrEqual(80)
  for (const shown of ['https://hub.local:8443/', 'setup#', 'http://hub.local:8444/trust', 'AB AB AB'])
    expect(text).toContain(shown)
  expect(JSON.parse(formatHub(facts, true))).toMatchObject({
    event: 'ready',
    fingerprint,
    url: 'https://hub.local:8443/',
  })
  expect(formatHub({ ...facts, ownerLink: undefined })).not.toContain('setup')
})
