// A device's folder for a test of what is kept in it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { parseDeviceId } from '#contract/ids.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

export const registration = { issuer: 'http://localhost:8080/', device: parseDeviceId('toaster-k3f9ab', 'the test') }
export const grant = { refreshToken: 'refresh-token-that-nobody-may-see' }

export interface TestFolder extends Disposable {
  readonly folder: string
  /** What systemd would hand over. */
  readonly credentialsDirectory: string
  /** Every line that was logged. */
  readonly logged: string[]
  open(options?: { readonly systemd?: boolean; readonly in?: string }): ReturnType<typeof openCredentials>
  /** Names and contents, by name. */
  files(): Readonly<Record<string, string>>
}

export function createTestFolder(): TestFolder {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const folder = join(root, 'device')
  const credentialsDirectory = join(root, 'systemd')
  const logged: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const clock = new VirtualClock()
  return {
    ...{ folder, credentialsDirectory, logged },
    open: ({ systemd = false, in: place = folder } = {}) =>
      openCredentials({
        ...{ folder: place, clock, log },
        credentialsDirectory: systemd ? credentialsDirectory : undefined,
      }),
    files() {
      // A link to /dev/full would be read for ever.
      const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
      return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]))
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}
