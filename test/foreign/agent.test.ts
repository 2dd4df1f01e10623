// The agent with an authorization server and a broker that nobody here wrote: any RFC 8628 server, any broker.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { openAgain } from '../again.ts'
import { has } from '../has.ts'
import { liveAbroad } from './story.ts'

const again = openAgain('device/main.ts')
afterAll(() => again[Symbol.asyncDispose]())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test.skipIf(!has('mosquitto'))(
  'a thermostat is let in by somebody else’s server, which binds its tokens to it, and runs against mosquitto',
  { timeout: 60_000 },
  () => liveAbroad({ folder, client: 'bound', trouble: [] }),
)

test.for([
  { flags: ['--issuer', 'https://id.example'], says: 'Cannot use --issuer as it needs --client-id: got none' },
  {
    flags: ['--issuer', 'https://id.example', '--client-id', 'a'],
    says: 'Cannot use --issuer as it needs --mqtt, a broker: got none',
  },
  {
    flags: ['--client-id', 'a'],
    says: 'Cannot use --client-id as it needs --issuer: a hub is told nothing of the kind',
  },
  {
    flags: ['--issuer', 'https://id.example', '--hub', 'https://hub.local:8443'],
    says: 'Cannot use --hub and --issuer as there must be one server: got both',
  },
  {
    flags: ['--mqtt', 'mqtt://broker.example'],
    says: 'Cannot use LATCHKEY_BROKER (--mqtt) as a broker on the network must be reached by mqtts or wss: got neither',
  },
  {
    flags: ['--issuer', 'http://id.example'],
    says: 'Cannot use LATCHKEY_ISSUER (--issuer) as a server on the network must be reached by https: got http',
  },
])('$flags: said in one line', async ({ flags, says }) => {
  const { code, err } = await again.run({ args: ['thermostat', '--board', 'simulated', '--data', folder, ...flags] })
  expect([code, err]).toEqual([2, `${says}\n`])
})

test('a secret that others can read is refused, and so is a file without one', async () => {
  const file = join(folder, 'secret')
  for (const [content, mode, says] of [
    ['hush', 0o644, 'as nobody else may read it: set its mode with chmod 600'],
    ['\n', 0o600, 'as it must hold a secret: got an empty file'],
  ] as const) {
    writeFileSync(file, content, { mode })
    const args = [
      ...['thermostat', '--board', 'simulated', '--data', folder, '--issuer', 'https://id.example'],
      ...['--client-id', 'a', '--mqtt', 'mqtts://broker.example', '--client-secret-file', file],
    ]
    const { code, out, err } = await again.run({ args })
    expect(code).toBe(2)
    expect(err).toContain(says)
    expect(out + err).not.toContain('hush')
    rmSync(file)
  }
})
