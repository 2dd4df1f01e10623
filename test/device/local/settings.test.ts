import { expect, test } from 'vitest'
import { helpForRelease, readReleaseSettings } from '../../../device/install/release-settings.ts'
import { REQUESTS } from '../../../device/local/requests.ts'
import { helpFor, readRequestSettings } from '../../../device/local/settings.ts'

const failure = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return String(error)
  }
  return ''
}

test.for(REQUESTS)('%s has a help of its own, in a terminal of 80 columns', (request) => {
  const text = helpFor(request)
  expect(readRequestSettings(request, ['--help'], {})).toBe('help')
  expect(readRequestSettings(request, ['security', '--help'], {})).toBe('help')
  expect(text).toMatch(new RegExp(`^Usage: latchkey device ${request} (<|security)`))
  expect(text).toContain('--data')
  expect(text).not.toMatch(/--(hub|config|issuer)/)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('takes its own settings, with the folder of the device', () => {
  expect(readRequestSettings('add-code', ['security', '--duress', '--user', 'Ben'], { LATCHKEY_DATA: '/d' })).toEqual({
    ...{ kind: 'security', folder: '/d/security', user: 'Ben', duress: true, verify: false, json: false },
  })
})

test.for([
  { request: 'status', flag: '--duress' },
  { request: 'remove-code', flag: '--duress' },
  { request: 'list-codes', flag: '--user=Ben' },
  { request: 'unpair', flag: '--verify' },
  { request: 'reset', flag: '--hub=https://hub.local' },
] as const)('$request refuses $flag, which would mean nothing', ({ request, flag }) => {
  expect(failure(() => readRequestSettings(request, ['security', flag], {}))).toContain(
    `UsageError: Unknown option '${flag.split('=')[0]}'`,
  )
})

test('release takes what units give it, and looks at no certificate', () => {
  const args = ['toaster', '--config', 'toaster.yaml', '--hub', 'https://hub.local', '--ca', '/nowhere.pem']
  expect(readReleaseSettings(args, {})).toMatchObject({ kind: 'toaster', file: 'toaster.yaml', board: undefined })
  expect(failure(() => readReleaseSettings(['toaster', '--duress'], {}))).toContain("Unknown option '--duress'")
  expect(readReleaseSettings(['--help'], {})).toBe('help')
  expect(helpForRelease()).not.toContain('--hub')
})

test('release is done whatever an environment says besides, as the agent that meets it has ended', () => {
  const args = ['toaster', '--config', 'toaster.yaml']
  expect(readReleaseSettings(args, { LATCHKEY_DATA: '/d', LATCHKEY_NAMES: 'x' })).toMatchObject({
    folder: '/d/toaster',
  })
})
